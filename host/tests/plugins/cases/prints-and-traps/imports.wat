(import "wasi:io/streams@0.2.6" (instance $streams
  (export "output-stream" (type $stream (sub resource)))
  (export "[method]output-stream.blocking-write-and-flush"
    (func (param "self" (borrow $stream)) (param "contents" (list u8)) (result (result (error u32)))))))
(alias export $streams "output-stream" (type $stream))
(import "wasi:cli/stderr@0.2.6" (instance $stderr
  (export "output-stream" (type $stream' (eq $stream)))
  (export "get-stderr" (func (result (own $stream'))))))
(core func $write (canon lower (func $streams "[method]output-stream.blocking-write-and-flush") (memory $bytes)))
(core func $stderr (canon lower (func $stderr "get-stderr")))
