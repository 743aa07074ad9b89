using Microsoft.Extensions.Options;
using Scheduler.Jobs.Sealing;

namespace Scheduler.UnitTests.Contracts;

public sealed class ArgsSealTests
{
    private const string Json = """{"url":"https://example.org/?a=1.2.3","secret":"canary"}""";
    private const string Job1 = "job:1";
    private const string Job2 = "job:2";
    private static readonly string KeyA = "a:" + Convert.ToBase64String([.. Enumerable.Repeat((byte)1, 32)]);
    private static readonly string KeyB = "b:" + Convert.ToBase64String([.. Enumerable.Repeat((byte)2, 32)]);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_sealed_opens_for_its_owner_and_type_only(bool encrypt)
    {
        var seal = SealWith(encrypt, KeyA);
        var stored = seal.Seal(Job1, "mail.send", Json);

        Assert.Equal(new OpenedArgs.Readable(Json), seal.Open(Job1, "mail.send", stored));
        Assert.IsType<OpenedArgs.Refused>(seal.Open(Job2, "mail.send", stored));
        Assert.IsType<OpenedArgs.Refused>(seal.Open(Job1, "process.run", stored));
        Assert.Equal(encrypt, !stored.Contains("canary", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_changed_character_is_accepted(bool encrypt)
    {
        var seal = SealWith(encrypt, KeyA);
        var stored = seal.Seal(Job1, "mail.send", Json);
        for (var i = 0; i < stored.Length; i++)
        {
            var changed = stored[..i] + (stored[i] == 'x' ? 'y' : 'x') + stored[(i + 1)..];
            // The last character of base64 carries bits that mean nothing; what it opens to is then the same.
            Assert.True(seal.Open(Job1, "mail.send", changed) is OpenedArgs.Refused or OpenedArgs.Readable(Json), changed);
        }
    }

    [Fact]
    public void Ring_opens_what_an_older_key_sealed_and_nothing_after_that_key_is_gone()
    {
        var old = SealWith(false, KeyA).Seal(Job1, "t", Json);

        Assert.IsType<OpenedArgs.Readable>(SealWith(true, KeyB, KeyA).Open(Job1, "t", old));
        Assert.IsType<OpenedArgs.Refused>(SealWith(true, KeyB).Open(Job1, "t", old));
    }

    [Fact]
    public void Unsealed_is_refused_once_there_is_a_key_unless_it_is_accepted()
    {
        Assert.IsType<OpenedArgs.Refused>(SealWith(false, KeyA).Open(Job1, "t", Json));
        Assert.IsType<OpenedArgs.Readable>(SealWith(false).Open(Job1, "t", Json));
        Assert.IsType<OpenedArgs.Readable>(new ArgsSeal(Options.Create(new SealingOptions { Keys = [KeyA], AcceptUnsealed = true })).Open(Job1, "t", Json));
        Assert.Same(Json, SealWith(false).Seal(Job1, "t", Json));
    }

    [Theory]
    [InlineData("s1...")]
    [InlineData("s1.a..{}")]
    [InlineData("e1.a.")]
    [InlineData("e1.a.!!!")]
    [InlineData("e1.a.AAAA")]
    [InlineData("")]
    public void Nonsense_is_refused(string stored) => Assert.IsType<OpenedArgs.Refused>(SealWith(true, KeyA).Open(Job1, "t", stored));

    [Theory]
    [InlineData("a:AAAA")]
    [InlineData("nothing")]
    [InlineData(":AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=")]
    public void Key_that_is_none_is_told_without_repeating_it(string key)
    {
        var result = new SealingOptionsValidator().Validate(null, new SealingOptions { Keys = [key] });

        Assert.True(result.Failed);
        Assert.Equal("Scheduler:Sealing:Keys has an item that is not id:base64 of 32 bytes; write for example 2026a:$(head -c 32 /dev/urandom | base64).", Assert.Single(result.Failures));
    }

    private static ArgsSeal SealWith(bool encrypt, params string[] keys) => new(Options.Create(new SealingOptions { Keys = keys, Encrypt = encrypt }));
}
