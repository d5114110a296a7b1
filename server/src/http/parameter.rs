//! Reads a parameter of a header's value, such as `boundary` of `Content-Type` or `name` of `Content-Disposition`.

/// The value of a parameter: `value` in `type; name=value` or `type; name="value"`. In quotes, a backslash before a quote is dropped and every
/// other one stays, because browsers write quotes otherwise and some write paths. `None` if there is none, or its quotes do not end.
pub fn parameter(header: &str, name: &str) -> Option<String> {
    let (_, mut rest) = header.split_once(';')?;
    loop {
        let (key, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let value;
        if let Some(quoted) = after.strip_prefix('"') {
            let end = quoted.match_indices('"').map(|(at, _)| at).find(|at| !quoted[..*at].ends_with('\\'))?;
            value = quoted[..end].replace("\\\"", "\"");
            rest = &quoted[end + 1..];
        } else {
            let end = after.find(';').unwrap_or(after.len());
            value = after[..end].trim_end().to_owned();
            rest = &after[end..];
        }
        if key.trim_start_matches([';', ' ', '\t']).trim_end().eq_ignore_ascii_case(name) {
            return Some(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_as_browsers_and_phones_write_them() {
        for (header, name, value) in [
            (r#"form-data; name="file"; filename="a.jpg""#, "name", Some("file")),
            (r#"form-data; filename="name=x; y.jpg"; name="file""#, "name", Some("file")),
            (r#"form-data; name="file"; filename="""#, "filename", Some("")),
            (r#"form-data; name="a%22b""#, "name", Some("a%22b")),
            (r#"form-data; name="a\"b""#, "name", Some("a\"b")),
            (r#"form-data; name="f"; filename="C:\x\y.jpg""#, "filename", Some(r"C:\x\y.jpg")),
            ("form-data;NAME = file ;filename=a.jpg", "name", Some("file")),
            ("form-data; name=file", "filename", None),
            (r#"form-data; name="fi"#, "name", None),
            ("form-data; filename*=UTF-8''a.jpg; name=file", "filename", None),
            ("form-data; filename*=UTF-8''a.jpg; name=file", "name", Some("file")),
            (r#"form-data; name="foto é 😀""#, "name", Some("foto é 😀")),
            ("multipart/form-data; charset=utf-8; boundary=----x'()+_,-./:=?", "boundary", Some("----x'()+_,-./:=?")),
            ("multipart/form-data boundary=cut", "boundary", None),
            ("form-data", "name", None),
            ("", "name", None),
        ] {
            assert_eq!(parameter(header, name).as_deref(), value, "{header}");
        }
    }
}
