-- Remembers the job that somebody triggered.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  schedule id
-- ARGV[3]  job id
-- reply    1 = noted, 0 = the schedule was deleted meanwhile
-- Twice?   writes the same again.
-- include: recurring_shared

local id = ARGV[2]
if not schedule_is_sound(id) then return bad_key('recurring-job:' .. id) end
if redis.call('EXISTS', schedule_key(id)) == 0 then return 0 end
redis.call('HSET', schedule_key(id), 'LastJobId', ARGV[3])
return 1
