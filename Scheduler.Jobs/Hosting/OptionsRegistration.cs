using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Scheduler.Jobs.Hosting;

/// <summary>One way to register every options class: read by <see cref="SectionReader"/>, validated before the host starts.</summary>
internal static class OptionsRegistration
{
    public static OptionsBuilder<TOptions> AddSchedulerOptions<TOptions>(
        this IServiceCollection services, IConfiguration configuration, string section) where TOptions : class
    {
        services.AddSingleton<IValidateOptions<TOptions>, AnnotationValidator<TOptions>>();
        return services.AddOptions<TOptions>()
            .Configure(options => SectionReader.Read(configuration.GetSection(section), options))
            .ValidateOnStart();
    }

    /// <summary>Checks the attributes; their messages are whole sentences, so that they are shown as they are.</summary>
    private sealed class AnnotationValidator<TOptions> : IValidateOptions<TOptions> where TOptions : class
    {
        public ValidateOptionsResult Validate(string? name, TOptions options)
        {
            var problems = new List<ValidationResult>();
            return Validator.TryValidateObject(options, new ValidationContext(options), problems, validateAllProperties: true)
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(problems.Select(p => p.ErrorMessage ?? ""));
        }
    }
}
