-- Says which of these jobs this server has, and writes a mark behind them: replicas that have the mark have the jobs too.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2+] job ids
-- reply    for each id 1 = the job is in this server's history, 0 = it is not (another server took it, and this one never heard of it)
-- Twice?   harmless.
-- include: shared

local there = {}
for i = 2, #ARGV do
  there[i - 1] = redis.call('HEXISTS', P .. 'job:' .. ARGV[i], 'State')
end
redis.call('INCR', P .. 'confirmed')
return there
