using System.Net;
using Scheduler.Jobs.Hosting;

namespace Scheduler.Web;

/// <summary>Where the host looks and listens when nobody says otherwise.</summary>
internal static class WebDefaults
{
    private const string DefaultAddress = "http://127.0.0.1:5080";

    /// <summary>Settings and pages lie in the working folder, or else beside the program, wherever it was started from.</summary>
    public static WebApplicationOptions Options(string[] args) => new()
    {
        Args = args,
        ContentRootPath = File.Exists("appsettings.json") ? null : AppContext.BaseDirectory,
    };

    /// <summary>The default is not in appsettings.json, which would win over <c>ASPNETCORE_URLS</c>.</summary>
    /// <exception cref="ConfigurationException">An address that no server can listen on.</exception>
    public static void ListenOnLoopbackByDefault(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var urls = configuration[WebHostDefaults.ServerUrlsKey];
        foreach (var url in (urls ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            Check(url);

        string?[] chosen = [urls, configuration["http_ports"], configuration["https_ports"]];
        if (chosen.All(string.IsNullOrEmpty) && !configuration.GetSection("Kestrel:Endpoints").Exists())
            builder.WebHost.UseUrls(DefaultAddress);
    }

    private static void Check(string url)
    {
        try
        {
            if (BindingAddress.Parse(url).Port is >= 0 and <= IPEndPoint.MaxPort)
                return;
        }
        catch (FormatException)
        {
            // Said below, like a port out of range.
        }

        throw new ConfigurationException($"The address '{url}' (--urls or ASPNETCORE_URLS) is none to listen on; write one such as {DefaultAddress}.");
    }
}
