using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Events;
using Scheduler.Jobs.Recurring;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Bodies;
using Scheduler.Web.Api.Requests;

namespace Scheduler.UnitTests.Fuzzing;

/// <summary>
/// Whatever a caller sends, a parser answers: it never throws, and what it accepts it writes back as the same. Seeded; SCHEDULER_FUZZ_SEED and
/// SCHEDULER_FUZZ_RUNS choose others than CI's.
/// </summary>
public sealed class ParserFuzzTests
{
    private static readonly int Seed = Setting("SCHEDULER_FUZZ_SEED", 20261127);
    private static readonly int Runs = Setting("SCHEDULER_FUZZ_RUNS", 20_000);

    [Fact]
    public void Event_ids_come_back_as_they_were() =>
        Fuzz(["1-1", "1764000000-4711", "9007199254740992-9007199254740992", "-", "1-", "--1"], text =>
        {
            if (EventId.TryParse(text, out var id))
                Assert.Equal(id, EventId.TryParse(id.ToString(), out var again) ? again : default);
        });

    [Fact]
    public void Durations_come_back_as_they_were_and_stay_in_their_bounds() =>
        Fuzz(["PT30S", "P1DT2H3M4.5S", "P366D", "PT0.0015S", "PT99999999S", "P"], text =>
        {
            if (!IsoDuration.TryParse(text, out var duration))
                return;
            Assert.InRange(duration, TimeSpan.Zero, IsoDuration.Longest);
            Assert.Equal(duration, IsoDuration.TryParse(IsoDuration.Format(duration), out var again) ? again : default);
        });

    [Fact]
    public void Instants_are_read_or_refused() =>
        Fuzz(["2026-11-22T10:00:00Z", "2026-11-22T10:00:00.123456789+14:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-06-30T23:59:60Z"], text =>
        {
            if (IsoInstant.TryParse(text, out var instant))
                Assert.Equal(TimeSpan.Zero, instant.Offset);
        });

    [Fact]
    public void Cron_expressions_are_read_or_refused_with_a_reason() =>
        Fuzz(["*/5 * * * *", "0 30 6 * * MON-FRI", "0 0 L * *", "0 0 1W * *", "0 0 * * MON#2", "H H * * *", "@daily", "0-59/61 * * * *", "* * 31 2 *"], text =>
        {
            if (CronText.TryParse(text, seed: 1, out var cron, out var error))
                _ = cron.NextLocal(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Unspecified));
            else
                Assert.NotEmpty(error);
        }, runs: Runs / 4);

    [Fact]
    public void Cursors_are_those_we_wrote() =>
        Fuzz([Cursor.Write("01m8d9x0xe6dctqbjw47y1jb2t"), "MS5h", "", "=", "MS4"], text =>
        {
            if (Cursor.TryRead(text, out var position))
                Assert.Equal(text, Cursor.Write(position));
        });

    [Fact]
    public void Idempotency_keys_are_taken_as_they_are_or_refused() =>
        Fuzz(["k", "order-4711", new string('x', 255), new string('x', 256), "a b", "a\tb", "", "k\u00e9"], text =>
        {
            var context = new DefaultHttpContext();
            context.Request.Headers[IdempotencyHeader.Name] = text;
            if (!IdempotencyHeader.TryRead(context, out var key, out var refused))
                Assert.Equal(400, refused.Status);
            else
                Assert.True(key == text && key.Length is >= 1 and <= 255 && key.All(c => c is > ' ' and < (char)127));
        });

    [Fact]
    public void Names_keep_to_their_alphabet() =>
        Fuzz(["default", "a_b-1", "A.b:c", "{x}:y", "a\nb"], text =>
        {
            if (Names.IsQueue(text) || Names.IsTag(text) || Names.IsScheduleId(text) || Names.IsJobId(text))
                Assert.DoesNotContain(text, c => c is '{' or '}' or '*' or ' ' or '/' or '\n' or '\0' || c > 127);
        });

    [Fact]
    public void Json_is_read_or_refused_and_has_one_canonical_text()
    {
        string[] seeds = ["{\"a\":[1,2.50,{\"b\":null}],\"c\":\"\\u00e9\"}", "[1e2,-0.0,1E-7]", "{\"a\":1,\"a\":2}", "\"\\ud83d\\ude00\"", "{\"z\":1,\"y\":{\"x\":[]}}"];
        Fuzz(seeds, text =>
        {
            if (!StrictJson.TryParse(Encoding.UTF8.GetBytes(text), 32, out var document, out var fault))
            {
                Assert.NotEmpty(fault);
                return;
            }
            using (document)
            {
                var canonical = CanonicalJson.Write(document.RootElement);
                Assert.Equal(canonical, CanonicalJson.Write(JsonElement.Parse(canonical)));
                Assert.Equal(canonical, CanonicalJson.Write(JsonElement.Parse(Shuffled(JsonNode.Parse(text))?.ToJsonString() ?? "null")));
            }
        });
    }

    [Fact]
    public void Schema_check_takes_any_value()
    {
        var validator = new SchemaValidator(JsonNode.Parse(
            """{"type":"object","required":["a"],"properties":{"a":{"type":"string","maxLength":3,"pattern":"^x"},"b":{"type":["integer","null"],"minimum":1},"c":{"type":"array","items":{"enum":["p","q"]}}},"additionalProperties":false}""")!);
        Fuzz(["{\"a\":\"x\",\"b\":2,\"c\":[\"p\"]}", "{\"a\":1}", "[]", "null", "{\"b\":1e400}"], text =>
        {
            if (!StrictJson.TryParse(Encoding.UTF8.GetBytes(text), 32, out var document, out _))
                return;
            using (document)
                Assert.All(validator.Validate(document.RootElement), e => Assert.NotEmpty(e.Value));
        });
    }

    /// <summary>Members in another order; everything else as it was.</summary>
    private static JsonNode? Shuffled(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Reverse().Select(m => KeyValuePair.Create(m.Key, Shuffled(m.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Shuffled)]),
        _ => node?.DeepClone(),
    };

    /// <summary>Each seed as it is, then texts made of the seeds by small damage.</summary>
    private static void Fuzz(string[] seeds, Action<string> check, int? runs = null)
    {
        var random = new Random(Seed);
        for (var run = 0; run < (runs ?? Runs); run++)
        {
            var text = run < seeds.Length ? seeds[run] : Damaged(seeds[random.Next(seeds.Length)], random);
            try
            {
                check(text);
            }
            catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
            {
                Assert.Fail($"seed {Seed}, run {run}, text {JsonSerializer.Serialize(text)}: {e}");
            }
        }
    }

    private static string Damaged(string text, Random random)
    {
        var damaged = new StringBuilder(text);
        for (var n = random.Next(1, 5); n > 0; n--)
        {
            var at = random.Next(damaged.Length + 1);
            switch (random.Next(5))
            {
                case 0 when at < damaged.Length:
                    damaged.Remove(at, random.Next(1, damaged.Length - at + 1));
                    break;
                case 1:
                    damaged.Insert(at, damaged.ToString()[..Math.Min(damaged.Length, random.Next(20))]);
                    break;
                case 2:
                    damaged.Insert(at, (char)random.Next(0x20, 0xD7FF));
                    break;
                case 3:
                    damaged.Insert(at, random.NextInt64());
                    break;
                default:
                    damaged.Insert(at, "0123456789-+*/,.:#LWHTPDS{}[]\"\\e \0\n"[random.Next(35)]);
                    break;
            }
        }
        return damaged.ToString();
    }

    private static int Setting(string name, int fallback) => int.TryParse(Environment.GetEnvironmentVariable(name), out var value) ? value : fallback;
}
