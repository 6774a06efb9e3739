-- Asks about codes at random; CODES names the file of them, KEY the API key. Prints one JSON object at the end.
local requests = {}

function init(args)
   math.randomseed(tonumber(os.getenv("SEED")))
   local headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. os.getenv("KEY") }
   for code in io.lines(os.getenv("CODES")) do
      local body = '{"code": "' .. code .. '", "matter": "tender", "purpose": "tender", "case_number": "2026-0001"}'
      requests[#requests + 1] = wrk.format("POST", "/api/v1/checks", headers, body)
   end
end

function request()
   return requests[math.random(#requests)]
end

function done(summary, latency, _)
   local e = summary.errors
   io.write(string.format('\n{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "errors": %d}\n',
      summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
      e.connect + e.read + e.write + e.status + e.timeout))
end
