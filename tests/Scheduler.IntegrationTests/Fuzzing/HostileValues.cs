namespace Scheduler.IntegrationTests.Fuzzing;

/// <summary>Texts and JSON values that break programs. Chosen by a seeded random, so that a failure can be repeated.</summary>
internal sealed class HostileValues(Random random)
{
    private static readonly string[] Texts =
    [
        "", " ", "a", "default", "demo.echo", "test.echo", "test.needs", "\0", "a\0b", "a\r\nX-Evil: 1", "\u202Etxt", "e\u0301", "é", "😀", "ﬀ", "İ",
        "../../etc/passwd", "{hangfire}:x", "}{", "a:b:c", "*", "a b", "null", "true", "-1", "0", "1e400", "<script>alert(1)</script>", "'; DROP TABLE jobs; --",
        "${jndi:ldap://x}", "%00", "%0d%0a", "PT1S", "-PT1S", "P366D", "P367D", "P1M", "PT", "P", "PT99999999999999999999S", "2030-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59-14:00", "2026-02-29T00:00:00Z", "2026-06-30T23:59:60Z", "* * * * *", "* * 31 2 *", "60 * * * *", "*/0 * * * *",
        "@reboot", "Europe/Berlin", "../UTC", "Mars/X", "MON-FRI", "24:00", "25:99", "latest", "allow",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-0", "-1", "1", "100", "101", "1.5", "1e2", "1e400", "-1e400", "9223372036854775807", "9223372036854775808", "2147483648",
        "1E-999999999", "[]", "{}", "[[]]", "[null]", "[1,\"a\"]", "{\"a\":1}", "\"\"", "\"x\"", "\"\\ud83d\\ude00\"", "\"\\u0000\"", "\"\\u202e\"",
    ];

    private static readonly string[] Broken =
    [
        "", " ", "{", "[", "{\"a\":}", "{\"a\":1,}", "[1,]", "{} {}", "NaN", "Infinity", "'a'", "{a:1}", "// c\n{}", "\u00EF\u00BB\u00BF{}", "\"\\ud800\"", "\"\\x\"",
        "{\"a\":1,\"a\":1}", "01", "+1", "1.", ".5", "tru", "\"a\nb\"", "\0",
    ];

    public int Below(int limit) => random.Next(limit);

    public bool Chance(double probability) => random.NextDouble() < probability;

    public T Of<T>(IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    public string Text() => random.Next(12) switch
    {
        0 => new string('a', Of([63, 64, 65, 127, 128, 129, 255, 256, 257, 512, 513, 10_000])),
        1 => string.Concat(Enumerable.Repeat("\u0301", 5_000)),
        2 => new string([.. Enumerable.Range(0, random.Next(40)).Select(_ => (char)random.Next(1, 0xD7FF))]),
        _ => Of(Texts),
    };

    /// <summary>A whole JSON value.</summary>
    public string Value() => random.Next(8) switch
    {
        0 => "\"" + System.Text.Json.JsonEncodedText.Encode(Text()) + "\"",
        1 => Nested(random.Next(1, 40)),
        2 => "[" + string.Join(',', Enumerable.Range(0, random.Next(30)).Select(_ => Of(Values))) + "]",
        _ => Of(Values),
    };

    public string BrokenJson() => random.Next(6) switch
    {
        0 => Nested(100_000),
        1 => new string('[', 50_000),
        _ => Of(Broken),
    };

    private static string Nested(int depth) => string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);
}
