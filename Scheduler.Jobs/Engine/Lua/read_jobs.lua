-- Reads up to 200 jobs in one go.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2+] job ids
-- reply    for each: its hash as a flat list, empty where there is none
-- Twice?   reads only.
local reply = {}
for i = 2, #ARGV do
  local flat = redis.pcall('HGETALL', ARGV[1] .. 'job:' .. ARGV[i])
  reply[i - 1] = flat.err and {} or flat
end
return reply
