// Answers SQL as Trino's own engine does: a JSON string a line in, a JSON object a line out, in a session whose zone is UTC.
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trino.Session;
import io.trino.plugin.memory.MemoryConnectorFactory;
import io.trino.spi.ErrorCodeSupplier;
import io.trino.spi.TrinoException;
import io.trino.spi.type.SqlVarbinary;
import io.trino.spi.type.TimeZoneKey;
import io.trino.sql.parser.ParsingException;
import io.trino.testing.LocalQueryRunner;
import io.trino.testing.MaterializedResult;
import io.trino.testing.MaterializedRow;
import io.trino.testing.TestingSession;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

public final class Oracle {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] arguments) throws Exception {
        // Libraries may print; only answers are to be on the real output.
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        Session session = TestingSession.testSessionBuilder()
                .setCatalog("memory").setSchema("default").setTimeZoneKey(TimeZoneKey.UTC_KEY).build();
        try (LocalQueryRunner runner = LocalQueryRunner.create(session)) {
            runner.createCatalog("memory", new MemoryConnectorFactory(), Map.of());
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                out.println(JSON.writeValueAsString(answer(runner, JSON.readValue(line, String.class))));
            }
        }
        System.exit(0);
    }

    private static Map<String, Object> answer(LocalQueryRunner runner, String statement) {
        Map<String, Object> answer = new LinkedHashMap<>();
        try {
            MaterializedResult result = runner.execute(statement);
            answer.put("columns", result.getColumnNames());
            answer.put("types", result.getTypes().stream().map(type -> type.getDisplayName()).toList());
            List<Object> rows = new ArrayList<>();
            for (MaterializedRow row : result.getMaterializedRows()) {
                rows.add(plain(row.getFields()));
            }
            answer.put("rows", rows);
        } catch (TrinoException error) {
            answer.put("error", error.getErrorCode().getName());
            answer.put("message", error.getMessage());
        } catch (ParsingException error) {
            answer.put("error", "SYNTAX_ERROR");
            answer.put("message", error.getMessage());
        } catch (RuntimeException error) {
            answer.put("error", String.valueOf(error.getClass().getSimpleName()));
            answer.put("message", error.getMessage());
        }
        return answer;
    }

    // What JSON has no word for becomes text; a map becomes a list of pairs.
    private static Object plain(Object value) {
        if (value instanceof List<?> list) {
            List<Object> made = new ArrayList<>();
            list.forEach(element -> made.add(plain(element)));
            return made;
        }
        if (value instanceof MaterializedRow row) {
            return plain(row.getFields());
        }
        if (value instanceof Map<?, ?> map) {
            List<Object> made = new ArrayList<>();
            map.forEach((key, element) -> made.add(List.of(List.of(plain(key)), wrap(plain(element)))));
            return made;
        }
        if (value == null || value instanceof Boolean || value instanceof String
                || value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return value;
        }
        if (value instanceof SqlVarbinary binary) {
            return java.util.HexFormat.of().formatHex(binary.getBytes());
        }
        return value.toString();
    }

    private static List<Object> wrap(Object value) {
        List<Object> made = new ArrayList<>();
        made.add(value);
        return made;
    }
}
