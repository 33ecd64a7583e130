(import "holdfast:plugin/log@1.0.0" (instance (export "log" (func (param "message" string)))))
