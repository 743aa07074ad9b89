using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;
using Scheduler.Jobs.Engine;

namespace Scheduler.Web.Auth;

/// <summary>
/// The keys that protect browser sessions and forms, kept beside the jobs: every web host of a scheduler knows them, so a session
/// opened at one is good at all, and outlives a restart. A session is worth no more than the API key it was opened with.
/// </summary>
internal sealed class SharedKeyRing(RedisClient redis) : IXmlRepository
{
    // No script touches them: a plain read shows them whole on every server.
    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. redis.Database.HashValues(redis.Keys.SessionKeys).Select(v => XElement.Parse(v.ToString()))];

    // One command writes the whole key; the same key twice is one field.
    public void StoreElement(XElement element, string friendlyName) =>
        redis.Database.HashSet(redis.Keys.SessionKeys, friendlyName, element.ToString(SaveOptions.DisableFormatting));
}

internal static class SharedKeyRingExtensions
{
    public static IServiceCollection AddSharedKeyRing(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("scheduler");
        services.AddSingleton<SharedKeyRing>();
        return services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider =>
            new ConfigureOptions<KeyManagementOptions>(options => options.XmlRepository = provider.GetRequiredService<SharedKeyRing>()));
    }
}
