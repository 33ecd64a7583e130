(module (func (export "serialize")))
