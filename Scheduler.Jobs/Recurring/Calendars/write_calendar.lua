-- Creates or replaces one calendar.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  name
-- ARGV[3]  the calendar as JSON
-- ARGV[4]  the most calendars
-- reply    1 = created, 0 = replaced, 2 = there are too many, nothing written
-- Twice?   writes the same again.
-- include: recurring_shared

if not is_type(CALENDARS, 'hash') or not is_type(CALENDARS_REVISION, 'string') then return bad_key('calendars') end
local is_new = redis.call('HEXISTS', CALENDARS, ARGV[2]) == 0
if is_new and redis.call('HLEN', CALENDARS) >= tonumber(ARGV[4]) then return 2 end
redis.call('HSET', CALENDARS, ARGV[2], ARGV[3])
redis.call('INCR', CALENDARS_REVISION)
return is_new and 1 or 0
