using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Scheduler.Benchmarks.Harness;

/// <summary>The real web host as a process of its own, in Production with an API key, on Kestrel and the Redis under test.</summary>
internal sealed class WebProcess : IAsyncDisposable
{
    public const string ApiKey = "benchmark-key";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process process;

    private WebProcess(Process process, string address) => (this.process, Address) = (process, address);

    public string Address { get; }

    public int Id => process.Id;

    public static async Task<WebProcess> StartAsync(RedisServer redis, params (string Name, string Value)[] settings)
    {
        var address = $"http://127.0.0.1:{RedisServer.FreePort().ToString(CultureInfo.InvariantCulture)}";
        var start = new ProcessStartInfo("dotnet", [ProgramFile(), "--urls", address]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Settings(redis))
            start.Environment[name] = value;
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await WaitUntilReadyAsync(address);
        return new WebProcess(process, address);
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static Dictionary<string, string> Settings(RedisServer redis) => new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["ConnectionStrings__Redis"] = $"127.0.0.1:{redis.Port}",
        ["Scheduler__AllowUnsafeRedis"] = "true",
        ["Scheduler__Auth__ApiKeys__0__Name"] = "benchmark",
        ["Scheduler__Auth__ApiKeys__0__Sha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ApiKey))),
        ["Scheduler__Auth__ApiKeys__0__Scopes__0"] = "jobs:write",
        ["Scheduler__Auth__ApiKeys__0__Scopes__1"] = "jobs:read",
    };

    private static async Task WaitUntilReadyAsync(string address)
    {
        using var client = new HttpClient();
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if ((await client.GetAsync(new Uri(address + "/health/ready"))).IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException) when (waited.Elapsed < Patience)
            {
                // Not listening yet.
            }
            await Task.Delay(100);
        }
    }

    /// <summary>As built together with this program: in the same configuration.</summary>
    private static string ProgramFile()
    {
        var build = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var root = build;
        while (!File.Exists(Path.Combine(root.FullName, "Scheduler.sln")))
            root = root.Parent ?? throw new InvalidOperationException("The repository's root is not above " + build);
        return Path.Combine(root.FullName, "Scheduler.Web", "bin", build.Parent!.Name, build.Name, "Scheduler.Web.dll");
    }
}
