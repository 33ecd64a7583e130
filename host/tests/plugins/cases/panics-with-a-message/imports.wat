(import "holdfast:plugin/log@1.0.0" (instance $log
  (type $level' (enum "error" "warn" "info" "debug"))
  (export "level" (type $level (eq $level')))
  (export "log" (func (param "level" $level) (param "message" string)))))
(core func $log (canon lower (func $log "log") (memory $bytes)))
