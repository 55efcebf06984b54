use std::path::PathBuf;

use super::*;

fn read(text: &str) -> Result<ArrivalFile> {
    ArrivalFile::of("f".to_owned(), &mut Lines::new(Box::new(std::io::Cursor::new(text.to_owned())), "f".to_owned()))
}

fn refused(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn azure_files_have_dates() {
    let file =
        read("TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03.50,4808,10\r\n\r\n2023-11-16 18:17:02.00,1,2\r\n").unwrap();
    assert_eq!((file.format, &file.times_s[..]), ("azure", &[1.5, 0.0][..]));
    // 18:17:02 is 65,822 seconds after midnight.
    assert_eq!(file.starts_at_s, Some(65_822.0));
    let error = refused("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03,1,2\nyesterday,1,2\n");
    for part in ["f, line 3, column 1", "`yesterday`", "YYYY-MM-DD"] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn burstgpt_columns_go_by_name_and_failures_are_counted() {
    let first = read("Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,GPT-4,10,20,30,API log\n6,GPT-4,10,0,10,API log\n8,ChatGPT,1,2,3,API log\n").unwrap();
    assert_eq!((first.format, &first.times_s[..], first.starts_at_s), ("burstgpt", &[0.0, 3.0][..], None));
    assert_eq!(first.notes, ["f: 1 failed requests (responses of 0 tokens) are left out"]);
    let third = "Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type\n";
    let later = read(&format!("{third}7,a,1.5,GPT-4,10,20,30,API log\n")).unwrap();
    assert_eq!(later.times_s, [0.0]);
    let error = refused(&format!("{third}7,a,1.5,GPT-4,10,many,30,API log\n"));
    assert!(error.contains("f, line 2, column 6") && error.contains("`many`") && error.contains("`Response tokens`"), "{error}");
    let error = refused(&format!("{third}7,a\n"));
    assert!(error.contains("line 2, column 3") && error.contains("8 cells"), "{error}");
    assert!(refused("Timestamp (s),Response tokens\n3,0\n").contains("no arrival"));
}

#[test]
fn mooncake_files_count_milliseconds() {
    let file = read("{\"timestamp\": 500, \"input_length\": 3}\n{\"timestamp\": 2500}\n").unwrap();
    assert_eq!((file.format, &file.times_s[..]), ("mooncake", &[0.0, 2.0][..]));
    let error = refused("{\"timestamp\": 500}\n{\"time\": 2500}\n");
    assert!(error.contains("f, line 2") && error.contains("timestamp") && error.contains("milliseconds"), "{error}");
}

#[test]
fn other_files_are_told_what_is_known() {
    let error = refused("a,b\n1,2\n");
    for part in ["f, line 1, column 1", "`a,b`", "azure: CSV", "burstgpt: CSV", "mooncake: JSON Lines"] {
        assert!(error.contains(part), "{error}");
    }
    assert!(refused("").contains("unknown format"));
}

/// Rows of the public files, as the table beside them says.
#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn real_files_are_read_whole() {
    let data = PathBuf::from(std::env::var_os("WATTROUTE_DATA").unwrap());
    let (conv, code) = ("azure-llm-2023/AzureLLMInferenceTrace_conv.csv", "azure-llm-2023/AzureLLMInferenceTrace_code.csv");
    for (file, rows, format) in [(conv, 19_366, "azure"), (code, 8_819, "azure"), ("mooncake/synthetic_trace.jsonl", 3_993, "mooncake")] {
        let read = ArrivalFile::read(&data.join(file)).unwrap();
        assert_eq!((read.times_s.len(), read.format), (rows, format), "{file}");
    }
    // From 18:15:46.68 to 19:14:08.40.
    let file = ArrivalFile::read(&data.join(conv)).unwrap();
    let span = file.times_s.iter().fold(0.0, |span: f64, time| span.max(*time));
    assert!((span - 3501.7).abs() < 0.1 && (file.starts_at_s.unwrap() - 65_746.68).abs() < 0.01, "{span}");
}
