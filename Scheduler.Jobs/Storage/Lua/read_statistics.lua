-- The dashboard's figures.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- reply    {servers, recurring, queues, enqueued, scheduled, processing, succeeded in all, failed, deleted in all, retries, awaiting}
-- Twice?   reads only.
local P = ARGV[1]
local enqueued = 0
local queues = redis.call('SMEMBERS', P .. 'queues')
for _, queue in ipairs(queues) do enqueued = enqueued + redis.call('LLEN', P .. 'queue:' .. queue) end
for _, member in ipairs(redis.call('SMEMBERS', P .. 'parked')) do
  enqueued = enqueued + redis.call('LLEN', P .. 'parked:' .. string.gsub(member, ' ', ':', 1))
end
local function card(name) return redis.call('ZCARD', P .. name) end
local function count(name) return tonumber(redis.call('GET', P .. name) or 0) end
return { redis.call('SCARD', P .. 'servers'), card('recurring-jobs'), #queues, enqueued, card('schedule'), card('leases') + card('processing'),
  count('stats:succeeded'), card('final:Failed'), count('stats:deleted'), card('retries'), card('awaiting') }
