package dev.cajun.spring.autoconfigure.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;

/** A browser that looks at the cluster page. */
final class PageBrowser implements AutoCloseable {

	private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

	private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

	private final ChromeDriver driver;

	/** Starts it, with its files in a directory. */
	PageBrowser(Path directory) {
		ChromeOptions options = new ChromeOptions();
		options.setBinary(CHROMIUM.toFile());
		options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
				"--disable-background-networking", "--disable-component-update", "--disable-sync",
				"--disable-dev-shm-usage", "--window-size=1280,800", "--user-data-dir=" + directory.resolve("browser"));
		this.driver = new ChromeDriver(
				new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile()).usingAnyFreePort().build(),
				options);
	}

	void open(String authority, String path) {
		this.driver.get("http://" + authority + path);
	}

	WebElement find(String id) {
		return this.driver.findElement(By.id(id));
	}

	List<WebElement> all(String element) {
		return this.driver.findElements(By.tagName(element));
	}

	String text(String id) {
		return find(id).getText();
	}

	/** The rows of the body of a table. */
	List<String> rows(String id) {
		List<String> rows = new ArrayList<>();
		Object found = this.driver
			.executeScript("return [...document.getElementById(arguments[0]).rows].map((row) => row.textContent)", id);
		((List<?>) found).forEach((row) -> rows.add(String.valueOf(row)));
		return rows;
	}

	/** What the page says of the actor that is explained; empty if nothing. */
	String fact(String name) {
		Object text = this.driver
			.executeScript("return document.querySelector('[data-fact=\"' + arguments[0] + '\"]')?.textContent", name);
		return (text == null) ? "" : text.toString();
	}

	void select(String id, String text) {
		find(id).findElements(By.tagName("option"))
			.stream()
			.filter((option) -> option.getText().equals(text))
			.findFirst()
			.orElseThrow()
			.click();
	}

	void colours(String scheme) {
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
	}

	void phone() {
		this.driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", 390, "height", 844, "deviceScaleFactor", 2, "mobile", true));
	}

	void desktop() {
		this.driver.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
	}

	boolean fits() {
		return Boolean.TRUE
			.equals(this.driver.executeScript("return document.documentElement.scrollWidth <= innerWidth"));
	}

	/** What it complains of, a broken policy among it. */
	List<?> complaints() {
		return this.driver.manage().logs().get(LogType.BROWSER).getAll();
	}

	/** Kept as an output of the build. */
	void screenshot(String name) throws IOException {
		this.driver.executeScript("scrollTo(0, 0)");
		Path directory = Files.createDirectories(Path.of("target", "screenshots"));
		Files.write(directory.resolve(name + ".png"), this.driver.getScreenshotAs(OutputType.BYTES));
	}

	@Override
	public void close() {
		this.driver.quit();
	}

}
