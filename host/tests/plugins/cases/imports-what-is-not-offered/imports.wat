(import "acme:database/rows@2.0.0" (instance))
(import "clock" (func))
