using Microsoft.AspNetCore.Http;
using Scheduler.Web.Api.Requests;

namespace Scheduler.UnitTests.Api;

public sealed class PreferHeaderTests
{
    [Theory]
    [InlineData("wait=30", 30)]
    [InlineData("respond-async, wait = 5; foo", 5)]
    [InlineData("WAIT=\"7\"", 7)]
    [InlineData("wait=61", 60)]
    [InlineData("wait=99999999999999999999", 60)]
    [InlineData("wait=0", 0)]
    [InlineData("wait=-1", null)]
    [InlineData("wait=1.5", null)]
    [InlineData("wait", null)]
    [InlineData("wait=", null)]
    [InlineData("return=minimal", null)]
    [InlineData(",,=;", null)]
    public void Wait_is_read_and_nonsense_ignored(string header, int? expected)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers["Prefer"] = header;
        Assert.Equal(expected, PreferHeader.WaitSeconds(context.Request));
    }
}
