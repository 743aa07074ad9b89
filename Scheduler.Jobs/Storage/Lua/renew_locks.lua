-- Extends locks that are still held.
-- KEYS[1]  {prefix}tx
-- KEYS[2+] {prefix}lock:hangfire:{resource}
-- ARGV[1]  prefix
-- ARGV[2]  lease (ms)
-- ARGV[3+] for each key: owner:fence
-- reply    for each key: 1 = extended, 0 = lost. A key that is gone is lost: it is never made again.
-- Twice?   harmless.
local reply = {}
for i = 2, #KEYS do
  local held = redis.pcall('GET', KEYS[i])
  reply[i - 1] = held == ARGV[i + 1] and redis.call('PEXPIRE', KEYS[i], ARGV[2]) or 0
end
return reply
