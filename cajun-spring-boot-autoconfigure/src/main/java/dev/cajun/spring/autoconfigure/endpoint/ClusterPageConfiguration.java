package dev.cajun.spring.autoconfigure.endpoint;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.boot.actuate.autoconfigure.endpoint.PropertiesEndpointAccessResolver;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * Serves the cluster page where the actuator is served, when the endpoint {@code cluster}
 * is. The page asks the endpoint for everything, so it shows no more than whoever looks
 * at it may read there.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnClass({ RouterFunction.class, WebEndpointProperties.class })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBooleanProperty("cajun.page.enabled")
@ConditionalOnAvailableEndpoint(endpoint = ClusterEndpoint.class, exposure = EndpointExposure.WEB)
@ImportRuntimeHints(ClusterPageConfiguration.PageHints.class)
class ClusterPageConfiguration {

	private static final String PATH = "/cajun";

	/**
	 * Relative: what stands before it, a servlet's path or a proxy's, only the browser
	 * knows.
	 */
	private static final URI HERE = URI.create(PATH.substring(1) + "/");

	/** Nothing but the page's own files and the endpoint; no inline script, no frame. */
	private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
			+ "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

	@Bean
	RouterFunction<ServerResponse> cajunClusterPage(WebEndpointProperties endpoints, Environment environment) {
		String id = "cluster";
		String path = endpoints.getPathMapping().getOrDefault(id, id);
		String base = endpoints.getBasePath();
		Access access = new PropertiesEndpointAccessResolver(environment).accessFor(EndpointId.of(id),
				Access.READ_ONLY);
		Map<String, Object> settings = Map.of("endpoint", (base.equals("/") ? "" : base) + "/" + path, "writable",
				access == Access.UNRESTRICTED);
		return RouterFunctions.route()
			.GET(PATH, (request) -> ServerResponse.temporaryRedirect(HERE).build())
			.GET(PATH + "/", (request) -> file("page/index.html", MediaType.TEXT_HTML))
			.GET(PATH + "/page.css", (request) -> file("page/page.css", MediaType.valueOf("text/css")))
			.GET(PATH + "/page.js", (request) -> file("page/page.js", MediaType.valueOf("text/javascript")))
			.GET(PATH + "/settings.json",
					(request) -> response().contentType(MediaType.APPLICATION_JSON).body(settings))
			.build();
	}

	private static ServerResponse file(String name, MediaType type) {
		return response().contentType(new MediaType(type, StandardCharsets.UTF_8))
			.body(new ClassPathResource(name, ClusterPageConfiguration.class));
	}

	private static ServerResponse.BodyBuilder response() {
		return ServerResponse.ok()
			.cacheControl(CacheControl.maxAge(Duration.ZERO).mustRevalidate())
			.header("Content-Security-Policy", POLICY)
			.header("X-Content-Type-Options", "nosniff")
			.header("Referrer-Policy", "no-referrer");
	}

	/** A native image has no file that nobody asked for. */
	static class PageHints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.resources().registerPattern("dev/cajun/spring/autoconfigure/endpoint/page/*");
		}

	}

}
