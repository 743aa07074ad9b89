-- Takes back up to 200 jobs whose lease has run out: to the head of their queue, or, the third time, to quarantine.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- reply    number of leases handled
-- Twice?   the second call finds none. Any node may run it.
-- include: shared
-- include: transitions
-- include: deaths

local function take_back(job)
  local lost = charge(job)
  if lost >= POISON_AFTER then
    local text = lost .. ' worker processes died while this job ran; it is quarantined. Mend its handler, then requeue it.'
    redis.call('HDEL', job_key(job.id), 'Fence')
    finish_job(job, 'Failed', text, nil, '{"type":"poison_job","message":"' .. text .. '","attempt":' .. (job.Attempt or 0) .. '}')
    return
  end
  job.Attempt = math.max(tonumber(job.Attempt or 1) - 1, 0)
  redis.call('HSET', job_key(job.id), 'Attempt', job.Attempt)
  enqueue_again(job, 'lease ran out: worker ' .. (string.match(job.History or '', '.*"w":"([^"]*)"') or '?') .. ' is gone', true)
end

local ids = redis.call('ZRANGEBYSCORE', P .. 'leases', '-inf', now, 'LIMIT', 0, 200)
for _, id in ipairs(ids) do
  local job = load_job(id, 'Lost', 'LostUnder')
  if job and job.State == 'Processing' then
    take_back(job)
  else
    redis.call('ZREM', P .. 'leases', id)
    -- Fetched by a stock Hangfire server that died before it said Processing.
    if job and (job.State == 'Enqueued' or job.State == 'Scheduled') then push_to_queue(job.Queue or 'default', id, true) end
  end
end
write_counts()
publish_events()
return #ids
