//! A configuration as a whole; single files with what is said of them are in `host/tests/config`.

use std::path::Path;

use proptest::prelude::*;

use super::*;

fn read(text: &str, sets: &[&str]) -> Result<Config, String> {
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    let mut problems = Vec::new();
    let config = Config::read(&Source::Text(Path::new("h"), text.to_owned()), &sets, &mut problems);
    Problems(problems).into_result().map(|()| config).map_err(|problems| problems.to_string())
}

#[test]
fn nothing_written_is_the_default() {
    let config = Config::load(None, &[]).unwrap();
    assert_eq!(config, Config::default());
    assert_eq!(config.manager.memcached_nodes.to_string(), "n1:embedded,n2:embedded");
    assert_eq!(config.manager.transcoder_factory_class, "msgpack");
}

#[test]
fn flags_win_over_the_file_even_where_the_file_is_wrong() {
    let config =
        read("[manager]\noperationTimeout = 'x'", &["operationTimeout=5", "operationTimeout=7"]).unwrap();
    assert_eq!(config.manager.operation_timeout.as_millis(), 7);
}

#[test]
fn flags_reach_every_section() {
    let sets =
        ["server.listen=[::1]:0", "manager.sticky=true", "serializer.kryo.size=1=2", "backupThreadCount= 3"];
    let config = read("", &sets).unwrap();
    assert_eq!(config.server.listen.to_string(), "[::1]:0");
    assert_eq!(config.serializers["kryo"].options, [("size".to_owned(), "1=2".to_owned())]);
    assert_eq!(config.manager.backup_thread_count.get().get(), 3);
}

#[test]
fn wrong_flags_are_named() {
    let problem = |set: &str| read("", &[set]).unwrap_err();
    assert_eq!(problem("sticky"), "--set sticky: has no value; write --set sticky=VALUE");
    assert_eq!(problem("=1"), "--set : has no name; write --set NAME=VALUE");
    assert_eq!(problem("stiky=1"), "--set stiky: unknown attribute 'stiky'; did you mean sticky?");
    assert_eq!(problem("sticky=maybe"), "--set sticky: 'maybe' is neither true nor false");
    assert_eq!(
        problem("memcachedNodes=n1:localhost"),
        "--set memcachedNodes: 'n1:localhost' has no port; write n1:localhost:11211"
    );
    assert_eq!(
        problem("serializer.kryo=1"),
        "--set serializer.kryo: names no option; write --set serializer.NAME.OPTION=VALUE"
    );
    assert!(problem("msm.maxReconnectDelay=1").ends_with("did you mean maxReconnectDelay?"));
    assert!(problem("sever.listen=1").ends_with("did you mean [server]?"));
}

#[test]
fn a_context_without_a_serializer_means_msms_default() {
    let java = "de.javakaffee.web.msm.JavaSerializationTranscoderFactory";
    assert_eq!(read("<Manager/>", &[]).unwrap().manager.transcoder_factory_class, java);
    let set = read("<Manager/>", &["transcoderFactoryClass=kryo"]).unwrap();
    assert_eq!(set.manager.transcoder_factory_class, "kryo");
}

#[test]
fn what_the_manager_says_wins_over_the_context() {
    let context = "<Context sessionTimeout='5' backgroundProcessorDelay='20' path='/shop'>\
                   <Manager maxInactiveInterval='60' storageKeyPrefix='context'/></Context>";
    let config = read(context, &[]).unwrap();
    assert_eq!(config.manager.max_inactive_interval, 60);
    assert_eq!(config.manager.expiry_slack_seconds(), 120);
    assert_eq!(config.manager.storage_key_prefix.as_str(), "/shop_");
    let context = "<Context sessionTimeout='5'><Manager/></Context>";
    assert_eq!(read(context, &[]).unwrap().manager.max_inactive_interval, 300);
}

#[test]
fn the_longest_possible_key_fits_memcached() {
    let prefix = |length: usize| format!("storageKeyPrefix=static:{}", "x".repeat(length));
    let nodes = "memcachedNodes=n1:a:1";
    assert!(read("", &[nodes, &prefix(100)]).is_ok());
    assert!(read("", &[nodes, &prefix(101)]).unwrap_err().contains("keys would be up to 252 bytes long"));
}

#[test]
fn a_login_is_for_the_binary_protocol_and_the_text_protocol_warns_of_it() {
    let login = ["memcachedProtocol=binary", "username=u", "password=secret"];
    let config = read("", &login).unwrap();
    assert!(config.warnings().is_empty());
    assert_eq!(
        read("", &["memcachedProtocol=binary", "password=secret"]).unwrap_err(),
        "--set password: needs username beside it"
    );

    // As in MSM, a context.xml that has one all the same works.
    for (sets, place) in
        [(&["username=u", "password=secret"][..], "username"), (&["password=secret"], "password")]
    {
        let config = read("", sets).unwrap();
        assert_eq!(
            Problems(config.warnings()).to_string(),
            format!(
                "--set {place}: is not used: the text protocol has no login; write memcachedProtocol = \"binary\", or \
                 leave it out"
            )
        );
    }
    assert!(Config::default().warnings().is_empty());
}

#[test]
fn a_default_that_is_written_out_is_no_reason_to_stop() {
    let config = Config::default();
    let sets: Vec<String> = config
        .attributes()
        .into_iter()
        .filter_map(|row| match row.default {
            Shown::Value(value) => {
                Some(format!("{}={}", row.section.full_name(row.name), value.trim_matches('"')))
            }
            Shown::Absent(_) | Shown::Hidden => None,
        })
        .collect();
    let written = Config::load(None, &sets).unwrap();
    assert_eq!(written.manager, config.manager);
    assert_eq!(written.server, config.server);
}

#[test]
fn names_are_checked_against_the_plugins() {
    let known = [KnownSerializer {
        name: "kryo".to_owned(),
        classes: vec!["de.javakaffee.web.msm.serializer.kryo.KryoTranscoderFactory".to_owned()],
        options: vec!["bufferSize".to_owned()],
        takes_converters: true,
    }];
    let check = |sets: &[&str]| Problems(read("", sets).unwrap().check_plugins(&known, &[])).to_string();
    assert_eq!(check(&["transcoderFactoryClass=kryo"]), "");
    let class = "transcoderFactoryClass=de.javakaffee.web.msm.serializer.kryo.KryoTranscoderFactory";
    assert_eq!(check(&[class, "legacySerializer=kryo", "serializer.kryo.bufferSize=1"]), "");
    assert_eq!(
        check(&["transcoderFactoryClass=kyro", "serializer.kryo.buffersize=1", "serializer.jaba.x=1"]),
        "--set serializer.jaba.x: serializer.jaba: no plugin is called 'jaba'; there is only kryo\n\
         --set serializer.kryo.buffersize: the plugin kryo has no such option; it has bufferSize; did you mean bufferSize?\n\
         --set transcoderFactoryClass: no plugin is called 'kyro'; there is only kryo; did you mean kryo?"
    );
}

#[test]
fn converters_are_checked_against_the_plugins_and_the_serializer() {
    let serializer = |name: &str, takes_converters| KnownSerializer {
        name: name.to_owned(),
        classes: vec![format!("a.{name}")],
        options: Vec::new(),
        takes_converters,
    };
    let known = [serializer("kryo", true), serializer("java", false)];
    let converters = [KnownConverter {
        name: "joda-time".to_owned(),
        classes: vec!["a.JodaRegistration".to_owned()],
        options: vec!["form".to_owned()],
    }];
    let check = |sets: &[&str]| {
        let config = read("", sets).unwrap();
        Problems(config.check_plugins(&known, &converters)).to_string()
    };
    let kryo = "transcoderFactoryClass=kryo";
    let copy = "copyCollectionsForSerialization=true";
    for converter in ["customConverter=joda-time", "customConverter=a.JodaRegistration , joda-time"] {
        assert_eq!(check(&[kryo, converter, copy, "serializer.joda-time.form=java"]), "");
    }
    assert_eq!(
        check(&[kryo, "customConverter=joda,b.C"]),
        "--set customConverter: no converter is called 'joda'; there is only joda-time; did you mean joda-time?\n\
         --set customConverter: no converter stands for 'b.C'; there is only joda-time"
    );
    assert_eq!(
        check(&["transcoderFactoryClass=a.java", "customConverter=joda-time", copy]),
        "--set copyCollectionsForSerialization: the serializer java does not copy collections, as in MSM; leave it out \
         or write false\n\
         --set customConverter: the serializer java takes no converters, as in MSM; leave it out"
    );
    assert_eq!(
        check(&[kryo, "serializer.joda-time.from=java"]),
        "--set serializer.joda-time.from: the plugin joda-time has no such option; it has form; \
         did you mean form?"
    );
}

#[test]
fn a_password_shows_nowhere() {
    let config = read("", &["memcachedProtocol=binary", "username=u", "password=secret"]).unwrap();
    assert!(!format!("{config:?}").contains("secret"));
    assert!(config.to_toml().contains("# password: set, and not shown"));
}

#[test]
fn what_is_shown_is_read_back_as_the_same() {
    let config = read(
        "[manager]\nstorageKeyPrefix = 'static:a\"b'\nrequestUriIgnorePattern = '''.*\\.('|\")$'''\n\
         [server]\ncontext = ''\n['serializer'.'a b']\nx = 'é\\n'\n[serializer.empty]",
        &["maxActiveSessions=-1"],
    )
    .unwrap();
    let again = read(&config.to_toml(), &[]).unwrap();
    assert_eq!(again.manager, config.manager);
    assert_eq!(again.server, config.server);
    let options = |config: &Config| -> Vec<(String, Vec<(String, String)>)> {
        config.serializers.iter().map(|(name, it)| (name.clone(), it.options.clone())).collect()
    };
    assert_eq!(options(&again), options(&config));
}

#[test]
fn every_attribute_has_a_line_of_help() {
    for row in Config::default().attributes() {
        assert!(row.help.ends_with('.') && !row.help.contains('\n') && row.help.len() < 120, "{}", row.name);
    }
}

proptest! {
    #[test]
    fn no_file_and_no_flag_makes_it_panic(
        file in prop_oneof![
            ".*",
            "\\[(manager|server|serializer\\.a)\\]\n(sticky|listen|schema|password|memcachedNodes) ?= ?.{0,20}",
            "<(Context|Manager) .{0,10}(sticky|memcachedNodes)=\".{0,10}\"/>",
        ],
        set in prop_oneof![".*", "(server\\.|serializer\\.)?[a-zA-Z.]{0,20}=.*"],
        value in ".*",
    ) {
        let _ = read(&file, &[&set]);
        for row in Config::default().attributes() {
            let _ = read("", &[&format!("{}={value}", row.section.full_name(row.name))]);
        }
    }
}
