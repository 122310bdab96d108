//! The files of `static/`, embedded: each under an address that carries a hash of its content, so that browsers may
//! keep it for ever, and compressed once, at first use.

use std::{
    collections::BTreeMap,
    sync::{LazyLock, OnceLock},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use super::coding::{self, Packed, Taken};

/// The value of `Cache-Control` for every asset: its address changes with its content.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// Bytes of the content hash shown in an address.
const HASH_BYTES: usize = 8;

#[derive(RustEmbed)]
#[folder = "static"]
struct Files;

/// A file of `static/`, ready to be sent with [`CACHE_CONTROL`].
#[derive(Debug)]
pub struct Asset {
    /// The address: `/static/respond.0123456789abcdef.css`.
    pub url: String,
    /// The content type, with charset where there is text.
    pub content_type: &'static str,
    /// The content.
    pub bytes: Vec<u8>,
    /// The content compressed, in the codings that make it smaller; the best first. Made when a browser first takes one.
    packed: OnceLock<Vec<Packed>>,
}

/// Every asset by its file name.
static ASSETS: LazyLock<BTreeMap<String, Asset>> = LazyLock::new(|| {
    Files::iter()
        .filter_map(|name| {
            let bytes = Files::get(&name)?.data.into_owned();
            let bytes = if name.ends_with(".js") { bare(&bytes) } else { bytes };
            Some((name.to_string(), Asset::new(&name, bytes)))
        })
        .collect()
});

/// The styles of the respondents' pages as they stand inside `<style>`.
static STYLE: LazyLock<String> = LazyLock::new(|| inline("respond.css"));

/// The styles of the printed page with a counter's code.
static POSTER_STYLE: LazyLock<String> = LazyLock::new(|| inline("poster.css"));

/// The source expressions that let the inline styles pass the content security policy.
static STYLE_HASH: LazyLock<String> = LazyLock::new(|| source_of(style()));
static POSTER_STYLE_HASH: LazyLock<String> = LazyLock::new(|| source_of(poster_style()));

fn source_of(style: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(style.as_bytes())))
}

/// The address of an asset by its file name in `static/`; of a file that is not there, the plain address, which leads
/// nowhere.
pub fn asset_url(name: &str) -> String {
    ASSETS.get(name).map_or_else(|| format!("/static/{name}"), |asset| asset.url.clone())
}

/// The asset at this path (`/static/…` with the right hash), if there is one.
pub fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.values().find(|asset| asset.url == path)
}

/// The file of this name in `static/`, for the few whose address must not change.
pub fn named(name: &str) -> Option<&'static Asset> {
    ASSETS.get(name)
}

/// The styles that [`super::views::layout`] puts inside `<style>`, so that a page needs no second request for them.
pub fn style() -> &'static str {
    &STYLE
}

/// The styles that [`super::views::poster`] puts inside `<style>`, so that the page may be saved and sent.
pub fn poster_style() -> &'static str {
    &POSTER_STYLE
}

/// The hash of [`style`] as a CSP source: `style-src 'self' 'sha256-…'`.
pub fn style_hash() -> &'static str {
    &STYLE_HASH
}

/// The hash of [`poster_style`] as a CSP source.
pub fn poster_style_hash() -> &'static str {
    &POSTER_STYLE_HASH
}

fn inline(name: &str) -> String {
    squeeze(&ASSETS.get(name).map_or_else(String::new, Asset::text))
}

impl Asset {
    fn new(name: &str, bytes: Vec<u8>) -> Self {
        let hash: String =
            Sha256::digest(&bytes).iter().take(HASH_BYTES).map(|b| format!("{b:02x}")).collect();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
        Self {
            url: format!("/static/{stem}.{hash}.{extension}"),
            content_type: content_type(extension),
            packed: OnceLock::new(),
            bytes,
        }
    }

    /// What to send to a browser that takes this; `None`: the content as it is.
    pub fn packed_for(&self, taken: Taken) -> Option<&Packed> {
        if !taken.brotli && !taken.gzip {
            return None;
        }
        let packed = self.packed.get_or_init(|| coding::once(&self.bytes));
        packed.iter().find(|packed| if packed.coding == "br" { taken.brotli } else { taken.gzip })
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

fn content_type(extension: &str) -> &'static str {
    match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml; charset=utf-8",
        "json" => "application/json; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "png" => "image/png",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// A script without what a phone need not load: indentation, comments that begin a line, line breaks after what ends a
/// statement, and blanks around braces. What stands in single quotes stays; no line has an odd number of those.
fn bare(script: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(script);
    let mut bare = String::with_capacity(text.len());
    let mut comment = false;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        comment |= line.starts_with("/*");
        if !comment {
            let ended = bare.is_empty() || bare.ends_with([';', ',', '{', '}']);
            let begins = line.starts_with(|first: char| first == '}' || first.is_ascii_alphabetic());
            if !(ended && begins) {
                bare.push('\n');
            }
            for (at, piece) in line.split('\'').enumerate() {
                if at > 0 {
                    bare.push('\'');
                }
                if at % 2 == 0 {
                    bare.push_str(&tight(piece));
                } else {
                    bare.push_str(piece);
                }
            }
        }
        comment &= !line.ends_with("*/");
    }
    bare.push('\n');
    bare.trim_start().to_owned().into_bytes()
}

/// Code without blanks around braces and after semicolons.
fn tight(code: &str) -> String {
    code.replace(") {", "){").replace("{ ", "{").replace(" }", "}").replace("; ", ";")
}

/// Styles without comments, and with line breaks and indentation as one space.
fn squeeze(css: &str) -> String {
    let mut rest = css;
    let mut bare = String::with_capacity(css.len());
    while let Some((before, after)) = rest.split_once("/*") {
        bare.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    bare.push_str(rest);
    bare.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace(" { ", "{")
        .replace("; }", "}")
        .replace("; ", ";")
        .replace("} ", "}")
        .replace(": ", ":")
        .replace(", ", ",")
        .replace(" > ", ">")
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn an_address_carries_the_hash_of_the_content_and_leads_to_it() {
        let url = asset_url("respond.css");
        assert!(url.starts_with("/static/respond.") && url.ends_with(".css"));
        assert_eq!(url.len(), "/static/respond..css".len() + 2 * HASH_BYTES);
        let asset = find(&url).unwrap();
        assert_eq!(asset.content_type, "text/css; charset=utf-8");
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(
            asset.packed_for(Taken { brotli: false, gzip: true }).unwrap().bytes.as_slice(),
        )
        .read_to_end(&mut unpacked)
        .unwrap();
        assert_eq!(unpacked, asset.bytes);
    }

    #[test]
    fn other_paths_lead_nowhere() {
        for path in
            ["/static/respond.css", "/static/../Cargo.toml", "/static/respond.0000000000000000.css", ""]
        {
            assert!(find(path).is_none(), "{path}");
        }
        assert!(find(&asset_url("absent.css")).is_none());
    }

    #[test]
    fn the_inline_styles_have_no_comment_and_cannot_end_their_element() {
        assert!(!style().contains("/*"));
        assert!(!style().contains('<'));
        assert!(!poster_style().contains("/*") && !poster_style().contains('<'));
        for hash in [style_hash(), poster_style_hash()] {
            assert!(hash.starts_with("'sha256-") && hash.ends_with("='"));
        }
        assert_eq!(
            squeeze("/* a */\na {\n  b: c; }\n@media x {\n  d { e: f; }\n}\n"),
            "a{b:c}@media x{d{e:f}}"
        );
    }

    #[test]
    fn m_13_styles_and_script_stay_with_what_old_engines_know() {
        for feature in [":has(", ":is(", ":where(", "@layer", "@container", "clamp(", "inset:", " gap:", "&"]
        {
            assert!(!style().contains(feature), "{feature}");
        }
        let script = ASSETS.get("respond.js").unwrap();
        let text = script.text();
        for feature in ["=>", "let ", "const ", "`", "?.", "import ", "async ", " of ", "...", "/(?<"] {
            assert!(!text.contains(feature), "{feature}");
        }
        // Asked for before they are used.
        assert!(
            text.contains("win.caches && win.fetch && nav.serviceWorker") && text.contains("!win.DOMParser")
        );
    }

    #[test]
    fn quotes_of_scripts_end_on_their_line() {
        for (name, _) in ASSETS.iter().filter(|(name, _)| name.ends_with(".js")) {
            let source = Files::get(name).unwrap().data;
            let text = String::from_utf8_lossy(&source);
            let mut comment = false;
            for line in text.lines().map(str::trim) {
                comment |= line.starts_with("/*");
                assert!(comment || line.matches('\'').count() % 2 == 0, "{name}: {line}");
                comment &= !line.ends_with("*/");
            }
        }
    }

    #[test]
    fn m_09_the_script_weighs_at_most_6_kib_and_carries_no_comment() {
        let script = ASSETS.get("respond.js").unwrap();
        let weight = script.packed_for(Taken { brotli: false, gzip: true }).unwrap().bytes.len();
        assert!(weight <= 6 * 1024, "{weight} bytes");
        assert!(!script.text().contains("/* ") && !script.text().contains("\n "));
        let script = b"/* a\n   b */\nif (c) {\n  d();\n\n  /* e */\n  f('{ ; } /* g');\n}\n(h)\n";
        assert_eq!(bare(script), b"if (c){d();f('{ ; } /* g');}\n(h)\n");
    }
}
