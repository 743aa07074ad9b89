using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Scheduler.Web.Pages;

/// <summary>
/// The page at <c>/</c> and its files. They are embedded in the assembly, so that the host serves them from whatever folder it is started in.
/// The shell is open to all: it shows nothing that its visitor's own calls to the API do not give.
/// </summary>
internal static class LandingPage
{
    private const string Folder = "wwwroot/";

    // No inline script or style anywhere: nothing that a job's name or result says can become code.
    private const string ContentSecurityPolicy =
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static readonly Dictionary<string, string> ContentTypes = new()
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    public static void MapLandingPage(this IEndpointRouteBuilder routes)
    {
        foreach (var name in typeof(LandingPage).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(Folder, StringComparison.Ordinal)))
        {
            var path = name[Folder.Length..].Replace('\\', '/');
            Map(routes, path == "index.html" ? "/" : "/" + path, name);
            // Asked for by browsers on pages that name no icon: the dashboard's and the API reference's.
            if (path == "assets/icon.svg")
                Map(routes, "/favicon.ico", name);
        }
    }

    private static void Map(IEndpointRouteBuilder routes, string path, string resource)
    {
        var content = Read(resource);
        var type = ContentTypes[Path.GetExtension(resource)];
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}\"");
        routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], context => SendAsync(context, content, type, tag))
            .AllowAnonymous()
            .ExcludeFromDescription();
    }

    private static Task SendAsync(HttpContext context, byte[] content, string type, EntityTagHeaderValue tag)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.CacheControl = "no-cache";
        return TypedResults.Bytes(content, type, entityTag: tag).ExecuteAsync(context);
    }

    private static byte[] Read(string resource)
    {
        using var stream = typeof(LandingPage).Assembly.GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
