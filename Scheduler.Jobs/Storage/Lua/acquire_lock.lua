-- Takes a lock where it is free.
-- KEYS[1]  {prefix}tx
-- KEYS[2]  {prefix}lock:hangfire:{resource}   string owner:fence, expires with its lease
-- ARGV[1]  prefix
-- ARGV[2]  owner, unique for each acquisition
-- ARGV[3]  lease (ms)
-- reply    the fencing number, growing with every acquisition; 0 = somebody holds it
-- Twice?   0 the second time; a lost reply costs one lease.
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
local fence = redis.call('INCR', ARGV[1] .. 'fence')
-- Lua would write so large a number with an exponent.
redis.call('SET', KEYS[2], ARGV[2] .. ':' .. string.format('%.0f', fence), 'PX', ARGV[3])
return fence
