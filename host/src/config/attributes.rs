//! The table of attributes: one row says everything about an attribute, and the struct, its defaults, the
//! reader, `holdfast config check` and the suggestions for unknown names are made from the rows.

use super::given::Section;
use super::kinds::Shown;

/// One attribute, with its value in some configuration.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Where it stands.
    pub section: Section,
    /// Its name.
    pub name: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// The value.
    pub value: Shown,
    /// The value when nothing is written.
    pub default: Shown,
}

/// Declares a section of the configuration. A row is
///
/// ```text
/// /// Help line.
/// field: Type = "attributeName", kind, default;
/// ```
macro_rules! section {
    (
        $(#[$about:meta])*
        $section:ident => $struct:ident {
            $( $(#[doc = $help:literal])+ $field:ident: $type:ty = $name:literal, $kind:expr, $default:expr; )+
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $struct {
            $( $(#[doc = $help])+ pub $field: $type, )+
        }

        impl Default for $struct {
            fn default() -> Self {
                Self { $( $field: $default, )+ }
            }
        }

        impl $struct {
            /// The names of the attributes.
            pub(super) const NAMES: &'static [&'static str] = &[$( $name ),+];

            /// Reads what was written; what was not, or is wrong, has its default.
            pub(super) fn read(
                given: &$crate::config::given::Given,
                problems: &mut Vec<$crate::config::problem::Problem>,
            ) -> Self {
                let section = $crate::config::given::Section::$section;
                Self {
                    $( $field: given.read(section, $name, &$kind, problems).unwrap_or_else(|| $default), )+
                }
            }

            /// The table of this section.
            #[must_use]
            pub fn attributes(&self) -> Vec<$crate::config::attributes::Attribute> {
                use $crate::config::kinds::Kind as _;
                vec![
                    $( $crate::config::attributes::Attribute {
                        section: $crate::config::given::Section::$section,
                        name: $name,
                        help: concat!($($help),+).trim_ascii(),
                        value: $kind.show(&self.$field),
                        default: $kind.show(&$default),
                    } ),+
                ]
            }
        }
    };
}

pub(super) use section;
