//! The two locales to which Java gives extensions of its own accord.

/// What `new Locale(language, country, variant)` has for extensions.
pub fn extensions(language: &str, country: &str, variant: &str) -> &'static str {
    match (language, country, variant) {
        ("ja", "JP", "JP") => "u-ca-japanese",
        ("th", "TH", "TH") => "u-nu-thai",
        _ => "",
    }
}
