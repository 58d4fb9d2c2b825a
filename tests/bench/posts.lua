-- One POST per line of the file: address, session token or -, body, tab between. Each thread takes its share.
-- Times are taken here: wrk itself sleeps its whole duration, whatever the script does.
local ffi = require("ffi")
ffi.cdef[[
  typedef struct { long tv_sec; long tv_nsec; } timespec_t;
  int clock_gettime(int clock, timespec_t *at);
]]
local at = ffi.new("timespec_t")
local function now()
  ffi.C.clock_gettime(1, at)
  return tonumber(at.tv_sec) + tonumber(at.tv_nsec) / 1e9
end

local threads = {}
function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(args)
  share = tonumber(args[2])
  requests, sent, answered, first, last = {}, nil, 0, nil, nil
  s200, s201, other = 0, 0, 0
  nothing = wrk.format("GET", "/nothing")
  local n = 0
  for line in io.lines(args[1]) do
    if n % share == number then
      local address, session, body = line:match("^([^\t]+)\t([^\t]+)\t(.+)$")
      local headers = { ["Content-Type"] = "text/xml" }
      if session ~= "-" then
        headers = { ["Authorization"] = "Bearer " .. session, ["Content-Type"] = "application/json" }
      end
      table.insert(requests, wrk.format("POST", address, headers, body))
    end
    n = n + 1
  end
end

function request()
  -- wrk asks once before it starts, only to look at the request.
  if sent == nil then
    sent = 0
    return requests[1]
  end
  first = first or now()
  sent = sent + 1
  -- Past the end idle connections ask for a page that is not there, until every answer is in.
  return requests[sent] or nothing
end

function response(status)
  if status == 404 or answered >= #requests then return end
  answered = answered + 1
  if status == 201 then s201 = s201 + 1 elseif status == 200 then s200 = s200 + 1 else other = other + 1 end
  if answered == #requests then
    last = now()
    wrk.thread:stop()
  end
end

function done(summary, latency)
  local from, to, count, ok, again, bad = nil, nil, 0, 0, 0, 0
  for _, thread in ipairs(threads) do
    from = math.min(from or thread:get("first"), thread:get("first"))
    to = math.max(to or 0, thread:get("last") or 0)
    count = count + thread:get("answered")
    ok, again, bad = ok + thread:get("s201"), again + thread:get("s200"), bad + thread:get("other")
  end
  io.write(string.format('{"seconds": %.4f, "answered": %d, "first": %d, "again": %d, "other": %d, ' ..
    '"p50_ms": %.2f, "p99_ms": %.2f}\n', to - from, count, ok, again, bad,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
