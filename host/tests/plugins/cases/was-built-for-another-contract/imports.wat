(import "holdfast:plugin/log@2.0.0" (instance))
