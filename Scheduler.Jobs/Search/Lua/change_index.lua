-- Changes how an optional index stands, where it stands as the caller believes.
-- KEYS[1]  {prefix}tx
-- KEYS[2]  {prefix}by             hash: field -> 'building instant node', 'ready' or 'dropping instant node'; no field = off
-- ARGV[1]  prefix
-- ARGV[2]  field
-- ARGV[3]  how it stands now, '' = off
-- ARGV[4]  how it shall stand, '' = off; 'building' and 'dropping' get the instant
-- ARGV[5]  node that works on it, '-' = none yet
-- reply    1 = changed, 0 = it stands otherwise
-- Twice?   0 the second time.
-- include: shared

if (redis.call('HGET', KEYS[2], ARGV[2]) or '') ~= ARGV[3] then return 0 end
if ARGV[4] == '' then
  redis.call('HDEL', KEYS[2], ARGV[2])
else
  redis.call('HSET', KEYS[2], ARGV[2], ARGV[4] == 'ready' and 'ready' or ARGV[4] .. ' ' .. NOW .. ' ' .. ARGV[5])
end
return 1
