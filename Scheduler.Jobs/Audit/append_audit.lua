-- Appends entries to the audit log and drops the oldest beyond the cap.
-- KEYS[1]  {prefix}tx
-- KEYS[2]  {prefix}audit   zset: "number entry" by number
-- ARGV[1]  prefix
-- ARGV[2]  cap (entries)
-- ARGV[3+] entries (JSON text)
-- reply    the number of the last entry
-- Twice?   the entries stand twice, under new numbers.

local cap = tonumber(ARGV[2])
local newest = redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')
local number = tonumber(newest[2] or 0)
for i = 3, #ARGV do
  number = number + 1
  redis.call('ZADD', KEYS[2], number, string.format('%.0f', number) .. ' ' .. ARGV[i])
end
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -cap - 1)
return number
