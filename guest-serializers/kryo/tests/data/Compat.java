import de.javakaffee.web.msm.serializer.kryo.KryoTranscoder;
import java.nio.file.*;
import java.util.Arrays;
import java.util.concurrent.ConcurrentMap;

/**
 * Sessions as MSM 2.3.2 stores them with CompatibleFieldSerializerFactory: {@code write FILE.kryo...} makes FILE.compatible of
 * what the default configuration wrote, {@code read FILE...} writes FILE.plain as the default configuration would.
 * Kryo 4.0.0, kryo-serializers 0.45 (for Java 17), msm-kryo-serializer 2.3.2.
 */
public class Compat {
    private static KryoTranscoder transcoder(String factory) {
        return new KryoTranscoder(Compat.class.getClassLoader(), null, false, 102400, 2048000,
            "de.javakaffee.web.msm.serializer.kryo." + factory);
    }

    public static void main(String[] args) throws Exception {
        for (int i = 1; i < args.length; i++) {
            KryoTranscoder plain = transcoder("DefaultFieldSerializerFactory");
            KryoTranscoder compatible = transcoder("CompatibleFieldSerializerFactory");
            boolean writes = args[0].equals("write");
            Path file = Paths.get(args[i]);
            byte[] bytes = Files.readAllBytes(file);
            ConcurrentMap<String, Object> attributes = (writes ? plain : compatible).deserializeAttributes(bytes);
            byte[] made = (writes ? compatible : plain).serializeAttributes(null, attributes);
            String name = file.getFileName().toString();
            Files.write(Paths.get(writes ? name.replace(".kryo", ".compatible") : name + ".plain"), made);
        }
    }
}
