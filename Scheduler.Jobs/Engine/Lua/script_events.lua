-- Events of the script, written as one record by publish_events at its end. A part of shared.
local LOWER = { Enqueued = 'enqueued', Scheduled = 'scheduled', Processing = 'processing', Succeeded = 'succeeded',
  Failed = 'failed', Deleted = 'deleted', Awaiting = 'awaiting' }
local event_groups, event_count, open_group = {}, 0, nil
-- extra: further members as JSON text without the braces, for example '"percent":50', or nil. The schedule is such a member too, so
-- that the jobs of many schedules share an object.
local function emit_of(name, id, kind, queue, tags, attempt, recurring, state, extra)
  event_count = event_count + 1
  local g = open_group
  if not (g and g.name == name and g.kind == kind and g.queue == queue and g.tags == tags and g.attempt == attempt
      and g.state == state and (g.extras == nil) == (extra == nil) and (g.schedules == nil) == (recurring == nil)) then
    g = { name = name, kind = kind, queue = queue, tags = tags, attempt = attempt, state = state, ids = {}, extras = extra and {},
      schedules = recurring and {} }
    open_group = g
    event_groups[#event_groups + 1] = g
  end
  local count = #g.ids + 1
  g.ids[count] = id
  if extra then g.extras[count] = extra end
  if recurring then g.schedules[count] = recurring end
end
-- The same for many jobs that share all of it.
local function emit_all(name, ids, kind, queue, tags, attempt, recurring, state)
  if #ids == 0 then return end
  emit_of(name, ids[1], kind, queue, tags, attempt, recurring, state)
  local group, schedules = open_group.ids, open_group.schedules
  for i = 2, #ids do
    group[#group + 1] = ids[i]
    if schedules then schedules[#group] = recurring end
  end
  event_count = event_count + #ids - 1
end
local function emit(name, job, state, extra)
  emit_of(name, job.id, job.Contract or type_of(job), job.Queue or 'default', job.Tags or '[]', job.Attempt or 0, job.RecurringId, state, extra)
end

local function all_equal(texts)
  for i = 2, #texts do
    if texts[i] ~= texts[1] then return false end
  end
  return true
end

-- JSON strings without their quotes. Most texts need no escape: then one look at all of them is enough.
local function escaped(texts)
  if not string.find(table.concat(texts, ' '), '[%c"\\]') then return texts end
  local safe = {}
  for i = 1, #texts do safe[i] = string.sub(quote(texts[i]), 2, -2) end
  return safe
end

-- What a group's events tell besides: the same of all, or {..},{..}; and whether it is the former. Put together in one go: a text
-- that grows step by step is made anew each time.
local function render_extras(g)
  local schedules, extras = g.schedules and escaped(g.schedules), g.extras
  local is_same = not (schedules and not all_equal(schedules)) and not (extras and not all_equal(extras))
  local parts, count = {}, is_same and 1 or #g.ids
  for i = 1, count do
    local at = #parts
    if schedules then
      parts[at + 1], parts[at + 2], parts[at + 3] = '"recurringId":"', schedules[i], extras and '",' or '"'
      at = at + 3
    end
    if extras then at = at + 1; parts[at] = extras[i] end
    if i < count then parts[at + 1] = '},{' end
  end
  return table.concat(parts), is_same
end

-- Neighbours that differ only in their job share one object: {"event":..,"jobIds":[..],..,"each":[{..},..]}; further members that
-- are the same for all, or those of a single job, which has "jobId", are inline. One object for a batch of starts costs a twentieth
-- of one for each.
local function render_group(g)
  if g.raw then return g.raw end
  local shared = ',"type":' .. quote(g.kind) .. ',"queue":"' .. g.queue .. '","state":"' .. LOWER[g.state] .. '","at":' .. NOW ..
    ',"attempt":' .. g.attempt .. ',"tags":' .. g.tags
  local extras, is_same = render_extras(g)
  if extras == '' then shared = shared .. '}'
  elseif is_same then shared = shared .. ',' .. extras .. '}'
  else shared = shared .. ',"each":[{' .. extras .. '}]}' end
  if #g.ids == 1 then return '{"event":"' .. g.name .. '","jobId":"' .. g.ids[1] .. '"' .. shared end
  return '{"event":"' .. g.name .. '","jobIds":["' .. table.concat(g.ids, '","') .. '"]' .. shared
end

local function render_events()
  local rendered = {}
  for i, g in ipairs(event_groups) do rendered[i] = render_group(g) end
  return table.concat(rendered, ',')
end

-- A record holds the events of one script; its score is the number of its last event.
local function write_record(count, events)
  local last = redis.call('INCRBY', P .. 'events:seq', count)
  local record = '{"first":' .. (last - count + 1) .. ',"at":' .. NOW .. ',"events":[' .. events .. ']}'
  redis.call('ZADD', P .. 'events', last, record)
  redis.call('PUBLISH', P .. 'events', record)
end
