-- Notes how far a running job is.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  job id
-- ARGV[3]  fence
-- ARGV[4]  percent
-- ARGV[5]  message as JSON (a string or null)
-- reply    1 = noted, 0 = stale
-- Twice?   the same note twice.
-- include: shared

local job = load_job(ARGV[2])
if not job or job.State ~= 'Processing' or job.Fence ~= ARGV[3] then return 0 end
local note = '"percent":' .. ARGV[4] .. ',"message":' .. ARGV[5]
redis.call('HSET', job_key(job.id), 'Progress', '{' .. note .. '}')
emit('job.progress', job, 'Processing', note)
publish_events()
return 1
