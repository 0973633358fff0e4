//! User-agent strings → families, so that a browser update is not a new client.
//!
//! The string is what the client says about itself: anyone can send any of them. A family is therefore a clue for comparing an account with its own
//! past; only the families of [`is_script`] say something by themselves, because nobody pretends to be a script.
//!
//! Strings come from public incident reports and detection content (Elastic, Microsoft, Huntress, Proofpoint, Splunk; read 2026-08 to 2026-11) and
//! from sign-in records published as test data.

/// How a needle is looked for in the lower-cased user agent.
#[derive(Debug, Clone, Copy)]
enum Needle {
    /// Anywhere.
    Has(&'static str),
    /// At the beginning.
    Starts(&'static str),
    /// Both, anywhere.
    Both(&'static str, &'static str),
    /// The whole string.
    Is(&'static str),
}

use Needle::{Both, Has, Is, Starts};

/// Scripts and tools, most specific first: they hide inside strings that also name a browser.
const SCRIPTS: &[(Needle, &str)] = &[
    // TeamFiltration's fixed default: a Teams client of 2020.
    (Both("teams/1.3.00.30866", "electron/8.5.1"), "teamfiltration"),
    (Has("aadinternals"), "aadinternals"),
    (Has("azurehound"), "bloodhound"),
    (Has("sharphound"), "bloodhound"),
    (Has("bloodhound"), "bloodhound"),
    (Has("kali365"), "kali365"),
    (Has("rclone/"), "rclone"),
    (Has("axios"), "axios"),
    (Has("node-fetch"), "node"),
    (Has("undici"), "node"),
    (Is("node"), "node"),
    (Starts("node/"), "node"),
    (Starts("node.js"), "node"),
    (Starts("nodejs"), "node"),
    (Starts("got ("), "node"),
    (Starts("got/"), "node"),
    (Starts("deno/"), "deno"),
    (Starts("bun/"), "bun"),
    (Has("python-requests"), "python-requests"),
    (Has("aiohttp"), "python-aiohttp"),
    (Has("python-httpx"), "python-httpx"),
    (Has("python"), "python"),
    (Has("fasthttp"), "fasthttp"),
    (Has("go-http-client"), "go-http-client"),
    (Has("go-resty"), "go-resty"),
    (Has("okhttp"), "okhttp"),
    (Has("postmanruntime"), "postman"),
    (Starts("insomnia/"), "insomnia"),
    (Starts("httpie/"), "httpie"),
    (Has("curl/"), "curl"),
    (Starts("wget/"), "wget"),
    (Starts("java/"), "java"),
    (Has("apache-httpclient"), "java"),
    (Has("guzzlehttp"), "php"),
    (Starts("php/"), "php"),
    (Starts("ruby"), "ruby"),
    (Has("libwww-perl"), "perl"),
    (Has("restsharp"), "restsharp"),
    (Has("reqwest/"), "rust"),
    (Has("headlesschrome"), "headless-browser"),
    (Has("phantomjs"), "headless-browser"),
    (Has("puppeteer"), "headless-browser"),
    (Has("playwright"), "headless-browser"),
    (Has("selenium"), "headless-browser"),
    (Has("azurepowershell"), "azure-powershell"),
    (Has("azurecli"), "azure-cli"),
    (Has("azsdk-"), "azure-sdk"),
    (Has("pnpps"), "pnp"),
    (Has("pnpcoresdk"), "pnp"),
    (Has("sharepointpnp"), "pnp"),
    (Has("powershell"), "powershell"),
];

/// Clients that people use, and the services that speak for old ones; most specific first, browsers last because nearly all name several.
const CLIENTS: &[(Needle, &str)] = &[
    // Exchange Online signs in on behalf of POP, IMAP and ActiveSync clients with a password.
    (Has("bav2ropc"), "bav2ropc"),
    (Has("cbainprod"), "cbainprod"),
    (Has("cbaintar"), "cbaintar"),
    (Has("onedrivempc-transform_zip"), "onedrive-zip"),
    (Has("pkeyauth"), "msal-broker"),
    (Has("windows-azuread-authentication-provider"), "msal-broker"),
    (Has("deviceregistrationclient"), "msal-broker"),
    (Starts("dsreg/"), "msal-broker"),
    (Has("msal 1.0"), "msal-broker"),
    (Has("microsoft authenticator"), "msal-broker"),
    (Has("outlook-ios"), "outlook-mobile"),
    (Has("outlook-android"), "outlook-mobile"),
    (Has("com.microsoft.office.outlook"), "outlook-mobile"),
    (Has("microsoft outlook"), "outlook"),
    (Has("macoutlook"), "outlook"),
    (Has("outlook/"), "outlook"),
    (Has("teamsmobile"), "teams"),
    (Has("microsoftteams"), "teams"),
    (Has("teams/"), "teams"),
    (Has("onedrive"), "onedrive"),
    (Has("skydrivesync"), "onedrive"),
    (Has("microsoft.sharepoint"), "sharepoint"),
    (Has("onenote"), "office"),
    (Has("microsoft office"), "office"),
    (Has("msoffice"), "office"),
    (Has("microsoft word"), "office"),
    (Has("microsoft excel"), "office"),
    (Has("thunderbird/"), "thunderbird"),
    (Has("evolution/"), "evolution"),
    (Has("em client"), "em-client"),
    (Has("emclient"), "em-client"),
    (Has("postbox"), "postbox"),
    (Has("accountsd"), "apple-mail"),
    (Has("dataaccessd"), "apple-mail"),
    (Has("mailexchangewebservices"), "apple-mail"),
    (Has("applewebkit mail"), "apple-mail"),
    (Starts("apple-iphone"), "apple-mail"),
    (Starts("apple-ipad"), "apple-mail"),
    (Starts("mac os x/"), "apple-mail"),
    (Starts("macos/"), "apple-mail"),
    (Starts("ios/"), "apple-mail"),
    (Starts("android-mail"), "android-mail"),
    (Starts("samsung-"), "samsung-mail"),
    (Has("com.samsung.android.email"), "samsung-mail"),
    (Has("slack"), "slack"),
    (Has("electron/"), "electron"),
    (Has("edg/"), "edge"),
    (Has("edga/"), "edge"),
    (Has("edgios/"), "edge"),
    (Has("edge/"), "edge"),
    (Has("opr/"), "opera"),
    (Has("opera"), "opera"),
    (Has("samsungbrowser/"), "samsung-browser"),
    (Has("vivaldi/"), "vivaldi"),
    (Has("yabrowser/"), "yandex"),
    (Has("ddg/"), "duckduckgo"),
    (Has("duckduckgo/"), "duckduckgo"),
    (Has("firefox/"), "firefox"),
    (Has("fxios/"), "firefox"),
    (Has("crios/"), "chrome"),
    (Has("chromium/"), "chrome"),
    (Has("chrome/"), "chrome"),
    (Has("; msie"), "internet-explorer"),
    (Has("trident/"), "internet-explorer"),
    (Has("safari/"), "safari"),
    // A page inside an Apple app: no browser token, only the engine.
    (Both("applewebkit/", "mobile/"), "apple-webview"),
    (Starts("dalvik/"), "dalvik"),
    (Has("cfnetwork"), "cfnetwork"),
];

/// Lower-case family of a user agent: `chrome`, `edge`, `firefox`, `safari`, `outlook`, `teams`, `onedrive`, `office`, `outlook-mobile`, `apple-mail`,
/// `msal-broker`, `powershell`, `python-requests`, `axios`, `node`, `curl`, `go-http-client`, `bav2ropc` …; `other` for unknown ones, empty for blanks.
pub fn family(agent: &str) -> &'static str {
    let agent = agent.trim().to_ascii_lowercase();
    if agent.is_empty() {
        return "";
    }
    let found = SCRIPTS.iter().chain(CLIENTS).find(|(needle, _)| match needle {
        Has(part) => agent.contains(part),
        Starts(part) => agent.starts_with(part),
        Both(one, other) => agent.contains(one) && agent.contains(other),
        Is(whole) => agent == *whole,
    });
    found.map_or("other", |(_, family)| family)
}

/// Families of scripts and attack tools: no human drives them (`formats` of 2.5 in the detection catalogue).
pub fn is_script(family: &str) -> bool {
    SCRIPTS.iter().any(|(_, script)| *script == family)
}

/// The operating system a user agent claims: `windows`, `macos`, `ios`, `android`, `linux`, `chromeos`; `None` when it names none.
pub fn os_of(agent: &str) -> Option<&'static str> {
    // Android strings also say Linux, iPhone strings also say Mac OS X: the narrower word first. `cros` is matched with its blank, else "across" fits.
    const WORDS: &[(&str, &str)] = &[
        ("windows", "windows"),
        ("win32", "windows"),
        ("iphone", "ios"),
        ("ipad", "ios"),
        ("ipod", "ios"),
        ("outlook-ios", "ios"),
        ("edgios", "ios"),
        ("crios", "ios"),
        ("fxios", "ios"),
        ("android", "android"),
        ("cros ", "chromeos"),
        ("macintosh", "macos"),
        ("mac os x", "macos"),
        ("macos", "macos"),
        ("linux", "linux"),
        ("ubuntu", "linux"),
        ("x11;", "linux"),
    ];
    let agent = agent.trim().to_ascii_lowercase();
    if agent.starts_with("ios/") {
        return Some("ios");
    }
    WORDS.iter().find(|(word, _)| agent.contains(word)).map(|(_, os)| *os)
}

/// The family of an operating system as Entra records it (`Windows 10`, `MacOs`, `Ios 17.1`, `Android`, `Linux`, `ChromeOS`), in the words of
/// [`os_of`]; `None` for blanks and unknown ones.
pub fn os_family(recorded: &str) -> Option<&'static str> {
    const WORDS: &[(&str, &str)] = &[
        ("windows", "windows"),
        ("chrome", "chromeos"),
        ("cros", "chromeos"),
        ("mac", "macos"),
        ("os x", "macos"),
        ("ios", "ios"),
        ("ipad", "ios"),
        ("iphone", "ios"),
        ("android", "android"),
        ("linux", "linux"),
        ("ubuntu", "linux"),
    ];
    let recorded = recorded.trim().to_ascii_lowercase();
    WORDS.iter().find(|(word, _)| recorded.contains(word)).map(|(_, os)| *os)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
    const EDGE: &str =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.2592.87";
    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
    const SAFARI_PHONE: &str =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";
    const SAFARI_MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15";
    const CHROME_PHONE: &str =
        "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36";
    const CHROMEBOOK: &str = "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
    const TEAMS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Teams/1.7.00.1864 Chrome/114.0.5735.289 Electron/25.9.8 Safari/537.36";
    const TEAMFILTRATION: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Teams/1.3.00.30866 Chrome/80.0.3987.165 Electron/8.5.1 Safari/537.36";
    const POWERSHELL: &str = "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.22621.2506";

    #[test]
    fn families_of_known_strings() {
        for (agent, expected, script) in [
            (CHROME, "chrome", false),
            (EDGE, "edge", false),
            (FIREFOX, "firefox", false),
            (SAFARI_PHONE, "safari", false),
            (SAFARI_MAC, "safari", false),
            (CHROME_PHONE, "chrome", false),
            (TEAMS, "teams", false),
            (TEAMFILTRATION, "teamfiltration", true),
            (POWERSHELL, "powershell", true),
            ("axios/1.7.9", "axios", true),
            ("agentaxios/1.0", "axios", true),
            ("node", "node", true),
            ("undici", "node", true),
            ("node-fetch/1.0 (+https://github.com/bitinn/node-fetch)", "node", true),
            ("python-requests/2.32.3", "python-requests", true),
            ("Python/3.11 aiohttp/3.9.5", "python-aiohttp", true),
            ("Python-urllib/3.12", "python", true),
            ("fasthttp", "fasthttp", true),
            ("Go-http-client/1.1", "go-http-client", true),
            ("go-resty/2.7.0 (https://github.com/go-resty/resty)", "go-resty", true),
            ("okhttp/4.12.0", "okhttp", true),
            ("curl/8.5.0", "curl", true),
            ("PostmanRuntime/7.39.0", "postman", true),
            ("AADInternals", "aadinternals", true),
            ("azurehound/v2.1.8", "bloodhound", true),
            ("kali365-live/1.0", "kali365", true),
            ("rclone/v1.66.0", "rclone", true),
            ("AzurePowershell/v1.0.0 Az.Accounts/2.13", "azure-powershell", true),
            ("NONISV|SharePointPnP|PnPPS/2.4", "pnp", true),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/125.0.0.0 Safari/537.36",
                "headless-browser",
                true,
            ),
            ("BAV2ROPC", "bav2ropc", false),
            ("CBAInPROD", "cbainprod", false),
            ("CBAinTAR", "cbaintar", false),
            ("OneDriveMpc-Transform_Zip/1.0", "onedrive-zip", false),
            ("Mozilla/5.0 (compatible; MSAL 1.0) PKeyAuth/1.0", "msal-broker", false),
            ("Windows-AzureAD-Authentication-Provider/1.0", "msal-broker", false),
            ("Dsreg/10.0 (Windows 10.0.22631)", "msal-broker", false),
            ("DeviceRegistrationClient", "msal-broker", false),
            ("Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8)", "dalvik", false),
            ("Outlook-iOS/2.0", "outlook-mobile", false),
            ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17628; Pro)", "outlook", false),
            ("Microsoft SkyDriveSync 24.108.0528.0005 ship; Windows NT 10.0 (22631)", "onedrive", false),
            ("iOS/17.5.1 (21F90) dataaccessd/1.0", "apple-mail", false),
            ("Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko", "internet-explorer", false),
            ("something never seen", "other", false),
            ("nodepad", "other", false),
            ("   ", "", false),
        ] {
            assert_eq!(family(agent), expected, "{agent}");
            assert_eq!(is_script(family(agent)), script, "{agent}");
        }
    }

    #[test]
    fn updates_and_letter_case_do_not_change_the_family() {
        assert_eq!(family(&CHROME.replace("126", "127")), family(&CHROME.to_uppercase()));
    }

    #[test]
    fn operating_systems_of_known_strings() {
        for (agent, expected) in [
            (CHROME, Some("windows")),
            (FIREFOX, Some("linux")),
            (SAFARI_PHONE, Some("ios")),
            (SAFARI_MAC, Some("macos")),
            (CHROME_PHONE, Some("android")),
            (CHROMEBOOK, Some("chromeos")),
            ("iOS/17.5.1 (21F90) dataaccessd/1.0", Some("ios")),
            ("axios/1.7.9", None),
            ("", None),
        ] {
            assert_eq!(os_of(agent), expected, "{agent}");
        }
        for (recorded, expected) in [
            ("Windows 10", Some("windows")),
            ("Windows10", Some("windows")),
            ("MacOs", Some("macos")),
            ("MacOS 14.5", Some("macos")),
            ("Ios 17.5", Some("ios")),
            ("iOS", Some("ios")),
            ("Android 14", Some("android")),
            ("Linux", Some("linux")),
            ("ChromeOS", Some("chromeos")),
            (" ", None),
            ("BeOS", None),
        ] {
            assert_eq!(os_family(recorded), expected, "{recorded}");
        }
    }

    #[test]
    fn a_needle_of_the_table_is_reached_by_its_own_words() {
        for (needle, expected) in SCRIPTS.iter().chain(CLIENTS) {
            let agent = match needle {
                Has(part) | Starts(part) | Is(part) => (*part).to_owned(),
                Both(one, other) => format!("{one} {other}"),
            };
            assert_eq!(agent, agent.to_ascii_lowercase(), "needles are lower case");
            assert_eq!(family(&agent), *expected, "{agent} is shadowed by an earlier row");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_a_family(agent in ".{0,200}") {
            prop_assert_eq!(family(&agent).is_empty(), agent.trim().is_empty());
            let _ = (os_of(&agent), os_family(&agent));
        }
    }
}
