-- Extends one worker's leases. Who asks for one that ran out lives: the job is not charged with a death.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  lease (ms)
-- ARGV[3+] id, fence...
-- reply    ids whose lease is lost: another worker owns the job, or it was cancelled
-- Twice?   harmless.
-- include: shared
-- include: transitions
-- include: deaths

local lost, kept = {}, {}
for i = 3, #ARGV, 2 do
  local held = redis.pcall('HMGET', job_key(ARGV[i]), 'State', 'Fence')
  if not held.err and held[1] == 'Processing' and held[2] == ARGV[i + 1] then
    kept[#kept + 1] = now + tonumber(ARGV[2])
    kept[#kept + 1] = ARGV[i]
  else
    lost[#lost + 1] = ARGV[i]
    acquit(ARGV[i], ARGV[i + 1])
  end
end
-- A lease entry deleted by hand comes back here: the hash, not the entry, says who owns the job. Others may be gone as well,
-- of workers that are dead: somebody has to look.
if #kept > 0 and redis.call('ZADD', P .. 'leases', unpack(kept)) > 0 then redis.call('PUBLISH', P .. 'wake', 'leases') end
return lost
