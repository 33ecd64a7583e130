//! Locales as `Locale.toString` has them.

/// Language, country, variant, script, extensions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Locale<'a> {
    pub(crate) language: &'a str,
    pub(crate) country: &'a str,
    pub(crate) variant: &'a str,
    pub(crate) script: &'a str,
    pub(crate) extensions: &'a str,
}

/// The parts of a text. XStream takes all behind the second line for the variant; a script and extensions, which
/// `toString` marks with `#`, are told apart here.
pub(crate) fn parse(text: &str) -> Locale<'_> {
    let (language, rest) = text.split_once('_').unwrap_or((text, ""));
    let (country, rest) = rest.split_once('_').unwrap_or((rest, ""));
    let plain = Locale { language, country, variant: rest, script: "", extensions: "" };
    let Some(mark) = rest.find('#') else { return plain };
    let (variant, marked) = rest.split_at_checked(mark).unwrap_or((rest, ""));
    let variant = match variant.strip_suffix('_') {
        Some(variant) => variant,
        None if variant.is_empty() => variant,
        None => return plain,
    };
    let marked = marked.get(1..).unwrap_or_default();
    let (script, extensions) = match marked.split_once('_') {
        Some(pair) => pair,
        None if marked.len() == 4 && marked.bytes().all(|byte| byte.is_ascii_alphabetic()) => (marked, ""),
        None => ("", marked),
    };
    Locale { language, country, variant, script, extensions }
}

/// The text of a locale.
pub(crate) fn format(locale: &Locale<'_>) -> String {
    let Locale { language, country, variant, script, extensions } = locale;
    let mut text = (*language).to_owned();
    let more = !script.is_empty() || !extensions.is_empty();
    if !country.is_empty() || (!language.is_empty() && (!variant.is_empty() || more)) {
        text.push('_');
        text.push_str(country);
    }
    if !variant.is_empty() && (!language.is_empty() || !country.is_empty()) {
        text.push('_');
        text.push_str(variant);
    }
    if more && (!language.is_empty() || !country.is_empty()) {
        text.push_str("_#");
        text.push_str(script);
        if !extensions.is_empty() {
            if !script.is_empty() {
                text.push('_');
            }
            text.push_str(extensions);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_come_back() {
        for (text, locale) in [
            ("", Locale::default()),
            ("de", Locale { language: "de", ..Locale::default() }),
            ("zh_CN", Locale { language: "zh", country: "CN", ..Locale::default() }),
            ("es__Trad", Locale { language: "es", variant: "Trad", ..Locale::default() }),
            (
                "es_ES_Trad_A",
                Locale { language: "es", country: "ES", variant: "Trad_A", ..Locale::default() },
            ),
            ("zh_TW_#Hant", Locale { language: "zh", country: "TW", script: "Hant", ..Locale::default() }),
            (
                "th_TH_#u-nu-thai",
                Locale { language: "th", country: "TH", extensions: "u-nu-thai", ..Locale::default() },
            ),
        ] {
            assert_eq!(parse(text), locale);
            assert_eq!(format(&locale), text);
        }
    }
}
