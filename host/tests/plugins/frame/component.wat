;; The contract around a core module. A case replaces single pieces; {{NAME}} stands for the piece NAME.wat.
(component
  (import "holdfast:plugin/types@1.0.0" (instance $types
    (type $option-info' (record (field "name" string) (field "help" string)))
    (export "option-info" (type $option-info (eq $option-info')))
    (type $description' (record
      (field "name" string) (field "version" string) (field "format" string) (field "classes" (list string))
      (field "media-type" string) (field "options" (list $option-info)) (field "losses" (list string))))
    (export "description" (type $description (eq $description')))
    (type $settings' (record
      (field "options" (list (tuple string string))) (field "schema" (list u8)) (field "converters" (list u8))))
    (export "settings" (type $settings (eq $settings')))
    (type $damage' (record (field "offset" u64) (field "text" string)))
    (export "damage" (type $damage (eq $damage')))
    (type $misfit' (record (field "path" string) (field "text" string)))
    (export "misfit" (type $misfit (eq $misfit')))
    (type $failure' (variant
      (case "not-this-format" string) (case "damaged" $damage) (case "unrepresentable" $misfit)
      (case "limit" string) (case "bad-option" string)))
    (export "failure" (type $failure (eq $failure')))))
  (alias export $types "description" (type $description'))
  (import "description" (type $description (eq $description')))
  (alias export $types "settings" (type $settings'))
  (import "settings" (type $settings (eq $settings')))
  (alias export $types "failure" (type $failure'))
  (import "failure" (type $failure (eq $failure')))

  ;; Memory stands apart so that imports can be lowered before the plugin's own code exists.
  (core module $memory
    {{memory}}
    {{realloc}})
  (core instance $memory (instantiate $memory))
  (alias core export $memory "memory" (core memory $bytes))
  (alias core export $memory "realloc" (core func $realloc))

  {{imports}}

  (core module $plugin
    (import "memory" "memory" (memory 0))
    {{core-imports}}
    {{describe}}
    {{configure}}
    {{serialize}}
    {{deserialize}})
  (core instance $plugin (instantiate $plugin
    (with "memory" (instance $memory))
    {{with}}))

  {{exports}})
