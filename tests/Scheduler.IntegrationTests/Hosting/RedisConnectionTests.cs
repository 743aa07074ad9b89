using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Scheduler.IntegrationTests.Support;
using Scheduler.Jobs.Hosting;
using StackExchange.Redis;

namespace Scheduler.IntegrationTests.Hosting;

/// <summary>The ways to a server: straight to its socket, through TLS, through a Unix socket.</summary>
public sealed class RedisConnectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_stopped_reading_holds_up_no_caller_and_later_gets_everything()
    {
        RedisProcess.SkipWhereMissing();
        await using var redis = await RedisProcess.StartAsync(FreePort.Next());
        await using var connection = await ConnectionMultiplexer.ConnectAsync(RedisConnection.OptionsFor(redis.ConnectionString));
        var value = new byte[1_000_000];
        Random.Shared.NextBytes(value);
        Task[] writes;
        await redis.SignalAsync("STOP");
        try
        {
            var start = Stopwatch.GetTimestamp();
            writes = [.. Enumerable.Range(0, 30).Select(i => connection.GetDatabase().StringSetAsync($"large:{i}", value))];
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(2), "A caller waited for the server to read.");
        }
        finally
        {
            await redis.SignalAsync("CONT");
        }

        await Task.WhenAll(writes).WaitAsync(TimeSpan.FromSeconds(10), Token);
        for (var i = 0; i < writes.Length; i++)
            Assert.Equal(value, (byte[]?)await connection.GetDatabase().StringGetAsync($"large:{i}"));
    }

    [Fact]
    public async Task Commands_and_messages_go_through_tls()
    {
        RedisProcess.SkipWhereMissing();
        using var folder = new TemporaryFolder();
        var (certificate, key) = (Path.Combine(folder.Path, "redis.crt"), Path.Combine(folder.Path, "redis.key"));
        var thumbprint = WriteCertificate(certificate, key);
        var port = FreePort.Next();
        await using var redis = await RedisProcess.StartAsync(port, "--port", "0", "--tls-port", $"{port}",
            "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate, "--tls-auth-clients", "no");
        var options = RedisConnection.OptionsFor($"127.0.0.1:{port},ssl=true");
        options.CertificateValidation += (_, shown, _, _) => shown?.GetCertHashString(HashAlgorithmName.SHA256) == thumbprint;

        await TalksAsync(options);

        await using var plain = await ConnectionMultiplexer.ConnectAsync(RedisConnection.OptionsFor($"127.0.0.1:{port},connectTimeout=500"));
        Assert.False(plain.IsConnected);
    }

    [Fact]
    public async Task Commands_and_messages_go_through_a_unix_socket()
    {
        RedisProcess.SkipWhereMissing();
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "redis.sock");
        await using var redis = await RedisProcess.StartAsync(FreePort.Next(), "--unixsocket", path);

        await TalksAsync(RedisConnection.OptionsFor("!" + path));
    }

    private static async Task TalksAsync(ConfigurationOptions options)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
        Assert.True(await connection.GetDatabase().StringSetAsync("key", "value"));
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await connection.GetSubscriber().SubscribeAsync(RedisChannel.Literal("news"), (_, message) => heard.TrySetResult(message!));

        await connection.GetSubscriber().PublishAsync(RedisChannel.Literal("news"), "hello");

        Assert.Equal("hello", await heard.Task.WaitAsync(TimeSpan.FromSeconds(10), Token));
        Assert.Equal("value", await connection.GetDatabase().StringGetAsync("key"));
    }

    /// <summary>Gives the hash by which it is known again.</summary>
    private static string WriteCertificate(string certificate, string key)
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=redis", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        File.WriteAllText(certificate, made.ExportCertificatePem());
        File.WriteAllText(key, rsa.ExportPkcs8PrivateKeyPem());
        return made.GetCertHashString(HashAlgorithmName.SHA256);
    }
}
