-- Puts a final, scheduled or awaiting job into its queue again, attempts counted from 0.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  job id
-- reply    1 = requeued, 0 = no such job, 2 = it waits or runs already
-- Twice?   2 the second time.
-- include: shared
-- include: transitions
-- include: acts

local job = load_job(ARGV[2])
if not job then return 0 end
if not job_keys_are_sound(job.Queue or 'default') then return bad_key('queue') end
if not requeue(job, 'requeued') then return 2 end
publish_events()
return 1
