(instance (export "describe"))
(instance (export "configure"))
(instance (export "serialize"))
(instance (export "deserialize"))
