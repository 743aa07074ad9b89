using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Scheduler.Jobs.Hosting;

/// <summary>
/// Reads one configuration section into an options object. Unlike the framework's binder it says what is wrong in one sentence,
/// takes only <c>[d.]hh:mm:ss</c> for a time span (to which a bare 20 would mean 20 days), and takes a list as comma-separated text too.
/// </summary>
internal static class SectionReader
{
    /// <summary>Sets every property that the section names.</summary>
    /// <exception cref="ConfigurationException">A value is not of its property's kind.</exception>
    public static void Read(IConfiguration section, object target)
    {
        foreach (var property in target.GetType().GetProperties().Where(p => p.CanWrite))
        {
            var name = property.GetCustomAttribute<ConfigurationKeyNameAttribute>()?.Name ?? property.Name;
            if (ValueOf(section.GetSection(name), property.PropertyType) is { } value)
                property.SetValue(target, value);
        }
    }

    /// <summary>Null where nothing is configured.</summary>
    private static object? ValueOf(IConfigurationSection section, Type type)
    {
        if (type.IsAssignableFrom(typeof(string[])) && type != typeof(object))
            return ListOf(section);
        if (type.IsAssignableFrom(typeof(Dictionary<string, string>)))
            return section.GetChildren().Any() ? section.GetChildren().ToDictionary(c => c.Key, c => c.Value ?? "") : null;
        if (type.IsGenericType && type.IsAssignableFrom(typeof(List<>).MakeGenericType(type.GenericTypeArguments[0])) && type.GenericTypeArguments[0].IsClass)
            return ObjectsOf(section, type.GenericTypeArguments[0]);
        if (string.IsNullOrWhiteSpace(section.Value))
            return null;
        return Parse(section.Value.Trim(), Nullable.GetUnderlyingType(type) ?? type)
            ?? throw new ConfigurationException($"{section.Path} is '{section.Value}', which is not {KindOf(Nullable.GetUnderlyingType(type) ?? type)}.");
    }

    private static string[]? ListOf(IConfigurationSection section)
    {
        var items = section.GetChildren().Select(c => c.Value ?? "").ToArray();
        if (items.Length == 0 && section.Value is { } text)
            items = text.Split(',');
        items = [.. items.Select(i => i.Trim()).Where(i => i.Length > 0)];
        return items.Length > 0 ? items : null;
    }

    private static object? ObjectsOf(IConfigurationSection section, Type type)
    {
        var list = (System.Collections.IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(type))!;
        foreach (var child in section.GetChildren())
        {
            var item = Activator.CreateInstance(type)!;
            Read(child, item);
            list.Add(item);
        }

        return list.Count > 0 ? list : null;
    }

    private static object? Parse(string text, Type type) => type switch
    {
        _ when type == typeof(string) => text,
        _ when type == typeof(TimeSpan) => text.Contains(':') && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var span) ? span : null,
        _ when type == typeof(bool) => bool.TryParse(text, out var flag) ? flag : null,
        _ when type == typeof(int) => int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null,
        _ when type == typeof(long) => long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null,
        _ when type == typeof(double) => double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null,
        { IsEnum: true } => Enum.TryParse(type, text, ignoreCase: true, out var value) && Enum.IsDefined(type, value!) ? value : null,
        _ => throw new NotSupportedException($"Options of type {type.Name} cannot be configured."),
    };

    private static string KindOf(Type type) => type switch
    {
        _ when type == typeof(TimeSpan) => "a time span; write [d.]hh:mm:ss, for example 00:00:20 for 20 seconds",
        _ when type == typeof(bool) => "true or false",
        { IsEnum: true } => "one of " + string.Join(", ", Enum.GetNames(type)),
        _ when type == typeof(double) => "a number",
        _ => "a whole number",
    };
}
