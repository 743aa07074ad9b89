-- Reads schedules by id.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2+] ids, up to 1,000
-- reply    { now (ms), revision of the calendars, then for each: stamp, look, last success (ms or ''), hash as name, value... (empty: no
--          such schedule) }
-- Twice?   reads only.
-- include: recurring_shared
-- include: successes

if not is_type(SUCCESSES, 'hash') then return bad_key('recurring:successes') end
local successes = #ARGV > 1 and redis.call('HMGET', SUCCESSES, unpack(ARGV, 2)) or {}
local reply = { now, redis.call('GET', CALENDARS_REVISION) or '0' }
for i = 2, #ARGV do
  local id = ARGV[i]
  if not schedule_is_sound(id) then return bad_key('recurring-jobs or recurring-job:' .. id) end
  local look, stamp = look_at(id)
  local at = #reply
  reply[at + 1], reply[at + 2], reply[at + 3], reply[at + 4] = stamp, look, successes[i - 1] or '', redis.call('HGETALL', schedule_key(id))
end
return reply
