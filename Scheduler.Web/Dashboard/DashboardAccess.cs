using System.Security.Claims;
using Hangfire.Dashboard;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Dashboard;

/// <summary>
/// Who may look, and who may press a button. The endpoint asks the same by its policy; this is Hangfire's own door, which would
/// otherwise be open to whatever seems to come from this machine.
/// </summary>
internal sealed class DashboardAccess : IDashboardAuthorizationFilter
{
    public bool Authorize(DashboardContext context) => MayRead(context.GetHttpContext().User);

    public static bool MayRead(ClaimsPrincipal user) => Caller.Has(user, Scopes.JobsRead);

    public static bool MayWrite(ClaimsPrincipal user) => Caller.Has(user, Scopes.Admin);
}
