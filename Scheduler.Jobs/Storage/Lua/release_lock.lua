-- Gives a lock back where it is still held.
-- KEYS[1]  {prefix}tx
-- KEYS[2]  {prefix}lock:hangfire:{resource}
-- ARGV[1]  prefix
-- ARGV[2]  owner:fence
-- reply    1 = released, 0 = it was lost before
-- Twice?   0 the second time.
if redis.call('GET', KEYS[2]) ~= ARGV[2] then return 0 end
return redis.call('DEL', KEYS[2])
