-- Takes the next fencing token of a named resource, after its lock was acquired, and notes who holds it.
-- KEYS[1]  {prefix}tx
-- KEYS[2]  {prefix}fence:{resource}    string: the last token
-- KEYS[3]  {prefix}holder:{resource}   string: who took it, for people to see
-- ARGV[1]  prefix (unused)
-- ARGV[2]  milliseconds to keep the token: longer than any hold, so that a holder always finds a successor's token here
-- ARGV[3]  who: 'job {id}' or 'process {host}:{pid}'
-- reply    the token, as text: larger than every earlier one of this resource
-- Twice?   takes two tokens; the first one's holder then counts as superseded, which is safe.
-- The clock is only a floor: it lets the key expire, and keeps tokens growing after a Redis that lost its data.
local clock = redis.call('TIME')
local floor = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
local token = string.format('%.0f', math.max(floor, last + 1))
redis.call('SET', KEYS[2], token, 'PX', ARGV[2])
redis.call('SET', KEYS[3], ARGV[3], 'PX', ARGV[2])
return token
