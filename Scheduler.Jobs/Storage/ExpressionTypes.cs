using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using Hangfire.Common;
using Hangfire.States;

namespace Scheduler.Jobs.Storage;

/// <summary>
/// The allow-list of expression jobs. Whoever can write to Redis can name any type, so a name is looked up here and nowhere
/// else: types of registered assemblies, the types in the signatures of their methods, and Hangfire's own states.
/// Hangfire keeps one resolver per process; so this list is one per process too, and only grows.
/// </summary>
internal static partial class ExpressionTypes
{
    /// <summary>Spellings of known types that are remembered as they are: every job names its type anew, and whoever writes to Redis could vary it for ever.</summary>
    private const int MostSpellings = 10_000;

    private static readonly ConcurrentDictionary<string, Assembly> Allowed = new(StringComparer.OrdinalIgnoreCase);
    private static readonly ConcurrentDictionary<string, Type> Known = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, Type> Spelled = new(StringComparer.Ordinal);
    private static readonly Assembly CoreLibrary = typeof(object).Assembly;

    static ExpressionTypes()
    {
        foreach (var state in typeof(IState).Assembly.GetExportedTypes().Where(t => typeof(IState).IsAssignableFrom(t)))
            Remember(state);
        Remember(typeof(Hangfire.ExceptionInfo));
        Remember(typeof(TypedJob));
        RememberSignatures(typeof(TypedJob));
    }

    /// <summary>The scheduler's own assembly is never allowed: its job types have names, and need no expression.</summary>
    public static void Allow(Assembly assembly)
    {
        if (assembly != typeof(ExpressionTypes).Assembly)
            Allowed[assembly.GetName().Name!] = assembly;
    }

    /// <summary>True where a job may name this type as the one whose method it calls. Loads nothing that was not allowed.</summary>
    public static bool AllowsJobsOf(string typeName)
    {
        try
        {
            return IsOfAllowedAssembly(Resolve(typeName));
        }
        catch (Exception problem) when (problem is TypeNotAllowedException or TypeLoadException or ArgumentException or IOException)
        {
            return false;
        }
    }

    /// <summary>Hangfire's type resolver: of jobs, their parameters, and <c>$type</c> members.</summary>
    /// <exception cref="TypeNotAllowedException">The name is not on the list.</exception>
    public static Type Resolve(string typeName)
    {
        if (Spelled.TryGetValue(typeName, out var spelled))
            return spelled;
        var type = ResolveAnew(typeName);
        if (Spelled.Count < MostSpellings)
            Spelled[typeName] = type;
        return type;
    }

    private static Type ResolveAnew(string typeName)
    {
        if (Known.TryGetValue(Normalize(typeName), out var known))
            return known;
        var type = Type.GetType(typeName, FindAssembly, FindType, throwOnError: false);
        if (type is null || !IsOfAllowedAssembly(type))
            throw new TypeNotAllowedException(typeName);
        RememberSignatures(type);
        return Known.GetOrAdd(Normalize(typeName), type);
    }

    private static bool IsOfAllowedAssembly(Type type) =>
        Allowed.TryGetValue(type.Assembly.GetName().Name!, out var assembly) && assembly == type.Assembly;

    // Parameter types need no list of their own: they are those that the allowed type's methods really have.
    private static void RememberSignatures(Type type)
    {
        foreach (var face in type.GetInterfaces().Append(type))
        {
            foreach (var parameter in face.GetMethods().SelectMany(m => m.GetParameters()).Where(p => !p.ParameterType.ContainsGenericParameters))
                Remember(parameter.ParameterType);
        }
    }

    private static void Remember(Type type)
    {
        Known[Normalize(TypeHelper.SimpleAssemblyTypeSerializer(type))] = type;
        if (type.AssemblyQualifiedName is { } full)
            Known[Normalize(full)] = type;
    }

    private static Assembly? FindAssembly(AssemblyName name) =>
        Allowed.TryGetValue(name.Name!, out var assembly) ? assembly
        : name.Name is "mscorlib" or "System.Private.CoreLib" ? CoreLibrary
        : null;

    private static Type? FindType(Assembly? assembly, string name, bool ignoreCase) =>
        (assembly ?? CoreLibrary).GetType(name, throwOnError: false, ignoreCase);

    /// <summary>Versions, cultures and keys change between releases, and the core library has three names.</summary>
    private static string Normalize(string name) => CoreLibraryName().Replace(VersionParts().Replace(name, ""), "");

    [GeneratedRegex(@", (Version|Culture|PublicKeyToken)=[\w.]+")]
    private static partial Regex VersionParts();

    [GeneratedRegex(@", (mscorlib|System\.Private\.CoreLib)(?=\]|$)")]
    private static partial Regex CoreLibraryName();
}
