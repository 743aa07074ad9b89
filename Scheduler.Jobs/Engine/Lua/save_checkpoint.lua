-- Keeps what the next attempt of a running job needs to go on from here.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  job id
-- ARGV[3]  fence
-- ARGV[4]  the checkpoint (JSON)
-- reply    1 = kept, 0 = stale
-- Twice?   the same checkpoint.
-- include: shared

local job = load_job(ARGV[2])
if not job or job.State ~= 'Processing' or job.Fence ~= ARGV[3] then return 0 end
redis.call('HSET', job_key(job.id), 'Checkpoint', ARGV[4])
return 1
