using Scheduler.BrowserTests;

[assembly: AssemblyFixture(typeof(Chromium))]
[assembly: AssemblyFixture(typeof(WebHost))]
