-- Deletes up to 200 jobs that should have started by now.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- reply    number looked at; call again while it is 200
-- Twice?   the second call finds those that are due since.
-- include: shared
-- include: transitions
-- include: expiry

local due = redis.call('ZRANGEBYSCORE', P .. 'expiring', '-inf', NOW, 'LIMIT', 0, 200)
for _, id in ipairs(due) do
  local job = load_job(id, 'ExpiresAt')
  if job and job.ExpiresAt and tonumber(job.ExpiresAt) <= now and not FINAL[job.State] and job.State ~= 'Processing' then
    expire(job)
  else
    redis.call('ZREM', P .. 'expiring', id)
  end
end
write_counts()
publish_events()
return #due
