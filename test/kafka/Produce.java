import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes {@code count} records by Kafka's own producer to partition 0 of {@code <prefix><codec>}, for each codec that is given. */
public class Produce {
  public static void main(String[] arguments) {
    String brokers = arguments[0];
    String prefix = arguments[1];
    int count = Integer.parseInt(arguments[2]);
    for (int at = 3; at < arguments.length; at++) write(brokers, prefix, count, arguments[at]);
  }

  private static void write(String brokers, String prefix, int count, String codec) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", brokers);
    settings.put("compression.type", codec);
    settings.put("linger.ms", "10000");
    settings.put("batch.size", "500000");
    StringSerializer text = new StringSerializer();
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings, text, text)) {
      for (int n = 0; n < count; n++) {
        String value = n % 10 == 9 ? null : n + " " + "주문 ".repeat(10 * n);
        ProducerRecord<String, String> record = new ProducerRecord<>(prefix + codec, 0, "k" + n, value);
        record.headers().add("n", ("n-" + n).getBytes(StandardCharsets.UTF_8));
        producer.send(record);
      }
    }
  }
}
