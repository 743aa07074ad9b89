-- Writes one chunk (up to 200 jobs) of a large batch, invisible until commit_batch: no queue, no schedule, no index holds it.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  batch id
-- ARGV[3]  number of the chunk: chunks that are on their way together may arrive in another order
-- ARGV[4]  number of groups; then the groups, as in new_jobs.lua
-- reply    number of jobs staged
-- Twice?   jobs that exist are left out, so the list of the batch names each once.
-- Uses     {prefix}staged (zset batch -> ms), {prefix}staged:{batch} (list: a group each, as four lines: chunk, queue and due (ms),
--          tags, recurring id, ids), {prefix}staged:{batch}:events (list)
-- include: shared
-- include: new_jobs

local batch = ARGV[2]
local list = P .. 'staged:' .. batch
if not is_type(P .. 'staged', 'zset') then return bad_key('staged') end

local groups, lines, count, at = {}, {}, 0, 5
for i = 1, tonumber(ARGV[4]) do
  groups[i], at = read_group(at)
  local foreign = foreign_key_of(groups[i])
  if foreign then return bad_key(foreign) end
end

redis.call('ZADD', P .. 'staged', 'NX', now, batch)
for _, g in ipairs(groups) do
  write_jobs(g, '+')
  emit_enqueued(g)
  if #g.ids > 0 then
    count = count + #g.ids
    lines[#lines + 1] = ARGV[3] .. ' ' .. g.queue .. ' ' .. string.format('%d', g.due > now and g.due or 0) .. '\n' .. table.concat(g.tags, ' ') ..
      '\n' .. (g.recurring or '') .. '\n' .. table.concat(g.ids, ' ')
  end
end
if count > 0 then
  redis.call('RPUSH', list, unpack(lines))
  redis.call('RPUSH', list .. ':events', ARGV[3] .. ' ' .. event_count .. ' ' .. render_events())
end
return count
