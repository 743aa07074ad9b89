-- Deletes a job that is not final; a running one is told through the control channel.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  job id
-- reply    1 = deleted, 0 = no such job, 2 = already final
-- Twice?   2 the second time.
-- include: shared
-- include: transitions
-- include: acts

local job = load_job(ARGV[2])
if not job then return 0 end
if not cancel(job, 'cancelled') then return 2 end
write_counts()
publish_events()
return 1
